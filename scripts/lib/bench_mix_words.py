"""Sentences for the mix of messages of the bench: invented cases only, none of them in the corpus
of the dictionary (tests/tools/dictionary_corpus.cpp). `{slot}` is filled by bench_mix.Writer; of
`[one/other]` one is taken. An indented line goes on with the one before it.
"""


def lines_of(text):
    return text.strip().replace("\n    ", " ").splitlines()


FACTS = lines_of("""
On {date} at {time} [two/three/four] men entered the premises of {firm} in {town} and
    [forced/ordered] the cashier to open the strongroom.
{person} is believed to have [kept watch/waited] outside in a [white/silver/dark blue/grey] {car}
    with the plates {plate}.
The [haul/loss] amounted to {money} in cash and [jewellery/watches/uncut stones] insured for
    {money}.
According to the guard on duty, one of them [spoke/shouted] with the accent of the {side}
    [coast/highlands/islands].
A patrol stopped the {car} near {town}, but both occupants ran into the [bush/market/sugar cane]
    and got away.
Cartridge cases of calibre {calibre} were [picked up/recovered] from the pavement and sent to the
    laboratory at {town}.
Ballistic comparison under file {file} links them to the [shooting/ambush] of {date} in {town}.
The investigating magistrate at {town} opened case {file} and heard [seven/nine/eleven/fourteen]
    witnesses.
{person}, who had [rented/borrowed] the vehicle, named the wanted person from an album of
    [six/eight/twelve] pictures.
Telephone {phone} was switched off on the border road {count} minutes after the robbery and has
    not been [used/seen] since.
The handset itself reappeared with another card on {date}, in a repair shop of {town}.
Bank statements show [transfers/deposits] of {money} and {money} from {firm} to an account held by
    {person}.
Neither {firm} nor its director could [explain/document] what services had been paid for.
The invoices, numbered {file} and following, bear a stamp of a company that was struck off the
    register in {year}.
In return, {person} promised [shares/a partnership/a seat on the board] which never came into
    being.
At least {count} depositors in {town} and {town} lost savings of between {money} and {money}.
Some of them had sold [cattle/land/fishing boats] to be able to subscribe before the announced
    deadline.
The scheme collapsed when the [auditor/central bank/postmaster] asked for the ledgers of {year}.
He left the country through {port} on {date}, with a ticket bought the same morning for {money} in
    notes.
She was last seen by a neighbour on {date}, carrying a [green/brown/red] bag and a child of about
    {small} years.
The father, {person}, has had sole custody since the ruling {file} of the family court at {town}.
A school in {town} confirmed that the boy did not [return/appear] after the holidays.
The mother had applied for a second passport in {year}, stating that the first was
    [burnt/washed/mislaid].
Customs at {port} opened container {container} because its weight differed by {count} kilograms
    from the manifest.
Behind sacks of [cashew nuts/cement/dried fish/charcoal] lay {count} parcels wrapped in brown
    tape.
The field test was positive for [heroin/cocaine/methaqualone]; the laboratory measured a purity of
    {small}{count} per cent.
The consignee, {firm}, exists only as a letter box at {street} in {town}.
A clearing agent states that he received his instructions from {phone} and was paid {money} by a
    courier.
He has not met the sender, whom he knows as "{alias}", but describes a [stocky/tall/slender]
    person with a [limp/gold tooth/beard].
Surveillance from {date} onwards showed {person} visiting the warehouse {small} times, always
    after {time}.
On the last visit a {car} with trailer {plate} left in the direction of {town} and was lost in
    traffic.
Fishermen found the [boat/hull/engine] adrift off {town} with {count} empty fuel drums on board.
Survivors speak of {count} passengers, each of whom had paid about {money} to a man called
    "{alias}".
They had been housed for {small} weeks in a compound at {street}, without [papers/light/water] and
    under guard.
Two of the women identified {person} as the one who collected their passports on arrival.
The travel agency {firm} issued the invitations; its manager was [questioned/charged] on {date}
    and released on bail of {money}.
Blank documents of the series {doc} to {doc} were taken from the consulate during the
    [unrest/flood/fire] of {year}.
Eight of them have since turned up at {port} and {port}, all with the same misspelling of the word
    authority.
The photograph had been replaced and the laminate resealed with a [household iron/film of another
    thickness].
Under ultraviolet light the page number fluoresces where it should [stay dark/not].
The bearer claimed to be a [teacher/welder/merchant/seaman] on the way to a cousin in {town} whose
    address he did not know.
In the lining of the jacket officers found a second identity card, {doc}, in the name of {person}.
A ranger heard {small} shots at about {time} and found the carcass with both tusks sawn off at
    first light.
Tracks led to the road, where [tyre marks/oil stains/cigarette ends] were secured under exhibit
    {file}.
Ivory of {count} kilograms was seized on {date} from the roof of a bus between {town} and {town}.
The driver says he was handed the load by {person} and was to be met by someone with a {car}.
Messages on his telephone discuss prices in [dollars/rand/shillings] per kilogram and a buyer
    abroad.
The gang uses [stolen/cloned] motorcycles and changes the meeting place at short notice.
They are considered dangerous: on {date} a constable was [wounded/shot at] during an attempt to
    stop them at {town}.
Entry should be made with care, since a [hunting rifle/pistol/shotgun] registered to {person} is
    still missing.
He takes medicine for [diabetes/asthma/epilepsy], and may seek treatment under another name.
Distinctive is a habit of [clearing his throat/rubbing his wrist/tilting his head] when he is
    spoken to.
He has relatives in {town}, among them a half-brother, {person}, who runs a [garage/bar/printing
    shop].
A sister received {money} by mobile money from {phone} in {month} and again in {month}.
Border records show {small} crossings at {port} between {date} and {date}, none of them
    [back/homeward].
The court of appeal at {town} upheld the sentence of {small} years on {date}; he had absconded
    after the hearing.
Of this term {count} months remain to be served.
Statutory limitation would set in on {date}, unless interrupted.
The prosecutor undertakes to ask for surrender through [diplomatic channels/the ministry] as soon
    as the whereabouts are known.
No [amnesty/pardon/plea agreement] has been granted, and none is being considered.
The co-accused, {person}, was acquitted on {date} because the [ledger/recording] could not be
    admitted.
Prints lifted from the [glass/door frame/steering wheel] gave {small} usable fragments, of which
    one is a left thumb.
The profile obtained from a cap at the scene has been entered under {file}; there was no match at
    home.
Cameras of the filling station at {street} show the three together from {time} until shortly
    after.
An analysis of the accounts by {firm} runs to {count} pages and is available on request.
During the search of {street} the following were listed: {count} cheque books, {small} rubber
    stamps, and a printer.
The seal of the land registry among them is a [good/crude] imitation whose rim lacks the last
    star.
With it, plots {file} and {file} were sold twice within a [fortnight/month/week].
The buyers, a couple from {town}, learnt of it when [builders/surveyors] of another owner arrived
    on {date}.
A notary who certified the deed had died in {year}.
The server from which the letters were sent stood in a flat at {street} and was wiped on {date} at
    {time}.
Victims in {small} countries were told that a parcel of theirs was held at {port} until a fee of
    {money} had been paid.
Payment had to be made with [vouchers/cards for games/virtual currency], of which the codes were
    read out over {phone}.
Of the proceeds, around {money} went into a house at {street} that stands in the name of {person}.
An order freezing it was issued on {date} under {file} and has not been contested.
Fuel with a value of {money} was siphoned from the pipeline at {town} over a period of {count}
    nights.
A tanker with the plates {plate} carried it across at {port} under papers for molasses.
The weighbridge clerk, {person}, admits having waved it through for {money} a time.
An explosion at the tapping point on {date} killed {small} people and [injured/burnt] {count}.
A boat captain recalls that the passenger disembarked at [dusk/dawn] and asked for the road to
    {town}.
In the hotel at {street} he registered as {person}, occupation [engineer/trader/pastor], and
    stayed {small} nights.
He paid with notes of which {count} later proved to be counterfeit, numbers beginning with {doc}.
The paper is [offset/inkjet] printed, with a thread drawn in pencil and no raised ink.
""")

SHORT = lines_of("""
Good morning, with reference to yours of {date}, file {file}: our [records/archives] hold nothing
    on the person named.
Kindly let us have the [full address/date of entry/particulars] of {person}, last heard of in
    {town}.
We confirm that passport {doc} was handed in at {port} on {date} and is being returned to you by
    bag.
The [hearing/interview] fixed for {date} has been moved to {date}, {time} hours, same place.
Would you be able to send a better copy of page {small}? The second paragraph cannot be read here.
Vehicle {plate} was located in {town}; the present holder bought it from {firm} for {money} and
    acts in good faith.
Our liaison officer travels on {date} and will call at your office, telephone {phone}.
Nothing further is needed from you in {file}, which we are closing today.
The number {phone} belongs to a prepaid card sold in {town}; no subscriber is known.
Three [cartridges/plates/licences] mentioned in your letter have been examined, result under
    {file}.
As to {person}, born around {year}, two entries exist; the older concerns
    [poaching/bigamy/smuggling of fuel].
Immigration reports a departure by flight from {port} at {time} on {date}, destination unknown.
Could the officer who [took/typed] the statement be reached before {date}? The defence has applied
    to hear him.
The relatives in {town} have been told by a [priest/nurse/councillor] and will collect the remains
    on {date}.
Please treat what follows as [provisional/not for the file] until the magistrate has signed.
Bonjour, en réponse à votre courrier du {date}, dossier {file}, l'intéressé n'est pas connu de nos
    services.
Nous vous saurions gré de vérifier si le véhicule {plate} a franchi le poste de {port} après le
    {date}.
Le passeport {doc} a été déclaré perdu à {town}; son titulaire s'en est vu délivrer un autre en
    {year}.
La commission rogatoire {file} vous parviendra par la valise; une traduction y sera jointe.
L'audience est reportée au {date} à {time}, faute d'interprète.
Selon sa sœur, {person} aurait quitté {town} pour travailler sur un chantier près de {port}.
Buenos días: rogamos nos indiquen si {person} sigue alojado en {street} y desde cuándo.
El teléfono {phone} figura a nombre de una sociedad, {firm}, que cesó su actividad en {year}.
Adjuntamos la relación de los {count} cheques devueltos; el importe asciende a {money}.
Bom dia, o camião {plate} saiu de {town} no dia {date} com destino a {port}, carregado de madeira.
O senhor {person} foi ouvido em {date} e nega ter recebido {money}.
نحيطكم علما بأن المركبة {plate} غادرت الميناء يوم {date} ولم يعثر عليها بعد.
يرجى موافاتنا بعنوان {person} إن وجد لديكم، مع الشكر.
""")

DESK = lines_of("""
Traveller came off the [night ferry/late bus/morning flight] and was picked out by
    [profile/chance/the reader] at booth {small}.
He says the booklet was [renewed/stamped] at {town} and cannot account for the entry.
Second line has the [luggage/telephone/companion] under observation; onward connection leaves at
    {time}.
Shift ends {time}; after that ask for {person}.
Interpreter for [Shona/Kreol/Kiswahili/Lingala] called, expected within {count} minutes.
The chip opened, but the portrait differs from the printed one around the [ears/jaw].
Holder carries {money} and a letter of {firm} dated {date}.
Legal hold expires {date} {time}, the duty judge will not extend it without your papers.
She travels with a minor, said to be a [niece/nephew], no consent form.
Booking was made through {firm} from {phone}, one way.
Physical marks agree except for the [tattoo/scar], which has not been seen yet.
Vehicle {plate} parked at the [pier/weighbridge], keys secured.
""")

CHARGES = lines_of("""
robbery with violence committed in company
obtaining {money} by means of a forged land title
conspiracy to import a prohibited drug
causing grievous harm at {town} on {date}
kidnapping of a minor for ransom
unlawful possession of [ivory/rhinoceros horn]
defrauding creditors of {firm} of {money}, false accounting, and destroying books
smuggling of persons by sea, resulting in the death of {small} of them
escape from lawful custody at {town}
breaking and entering at {street}, and theft of {money}
issuing [cheques/drafts] without cover
corruption of a public officer in the award of contract {file}
escroquerie en bande organisée au préjudice de {firm}
enlèvement et séquestration, faits commis à {town} le {date}
homicidio en grado de tentativa
""")

TOWNS = """Mbarura Kitengo Port-Salin Vohitsara Chimwedzi Lakeni Oldoro Santa-Rema Ngombera
    Qasrawi
    Tamarou Belleroche Dzivare Umkoma Nyasini Porto-Linho Harrismoor Zanfara Koloma Mwitika Anseval
    Ruvuno Tsholwe Gwandara Malindoro Ifakwe Sarimanok Betsiaka Jimbata Lobamwe""".split()
FIRST = """Tendai Aruna Josiane Kwabena Mirembe Faizal Odile Thulani Nomsa Yusuf Heloise Baraka
    Lindiwe
    Rashid Perpetua Goran Ines Mahlet Desire Olumide Sita Anselm Chipo Dario Wanjiru
    Tiana""".split()
LAST = """Chikuruba Ramgolin Vandermeul Okwaro Dlaminza Haddadine Rakotosoa Mwangale Pereirinha
    Kowalke
    Nkosibe Abdourah Tessemo Lungwebo Fernandel Moyoza Gathungu Sibandela Ravelosoa Ekwueme
    Tshabanga Boodhari Kamarudo Zulkarim Ntahompa Delacroisy""".split()
CARS = """Hilux Land-Cruiser Probox Vitz Ranger Navara L200 Sprinter Golf Corolla Actros Canter
    Forester Premio""".split()
TRADES = """Trading Holdings Logistics Motors Freight Minerals Textiles Savings-Club Exports
    Fisheries""".split()
MONTHS = """January February March April May June July August September October November
    December""".split()
PORTS = """Chirwanda-Bridge Kasumbe Port-Salin-Quay Oldoro-Airport Belleroche-Harbour Nakonde-Est
    Umkoma-Ferry Lakeni-Airfield Beit-Nurein Malindoro-Jetty""".split()
