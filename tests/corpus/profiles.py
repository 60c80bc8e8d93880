"""The days that can be written: who takes part, how much they send, and when.

Each profile returns (head, lines): a dictionary for the first line, and the lines as they come.
"""

import cases
import notices
from dice import Dice
from world import AFRICA, DAY, HOUR, SECRETARIAT, World, load

# Share of a day's messages in each hour: bureaus work at day, and watch at night.
HOURS = [1, 1, 1, 1, 1, 2, 4, 7, 9, 9, 9, 8, 6, 7, 8, 8, 7, 5, 3, 2, 2, 1, 1, 1]
CHECKS_FOR_A_HIT = (2_000, 15_000)
PUBLISHED_ELSEWHERE = 40    # notices a day that nobody of those who take part asked for
HUB_BUREAU_MESSAGES = 25
WEST = set("BF BI BJ CD CF CG CI CM CV DZ EG GA GH GM GN GQ GW LR LY MA ML MR NE NG SL SN ST TD TG"
           " TN".split())
# One bureau for each script, and others: those of the profile `kinds`.
FEW = "BG CN EG ET FJ FR KE MU PE RU SN ZW".split()


def times(dice, count):
    """So many times of a day, in order."""
    hours = list(enumerate(HOURS))
    return sorted(dice.weighted(hours) * HOUR + dice.below(HOUR) for _ in range(count))


def keep_up(world, dice, count, done, begin):
    """Begins a case whenever less is done than should be by now."""
    for number, time in enumerate(times(dice, count)):
        if time > world.now_ms:
            yield time - world.now_ms
        if done() <= number:
            begin()


def at_times(world, when, begin):
    for time in when:
        if time > world.now_ms:
            yield time - world.now_ms
        begin()


def hits_of(dice, checks):
    """When checks give hits: each one with the same chance, of the range that is known."""
    mean = dice.log_uniform(*CHECKS_FOR_A_HIT)
    count, left = 0, checks
    while (left := left - dice.waiting(mean)) > 0:
        count += 1
    return times(dice, count)


def publish_elsewhere(world, count):
    dice = Dice(world.seed, "elsewhere")
    world.begin(at_times(world, times(dice, count), lambda: world.begin(
        notices.published_elsewhere(world, world.new_dice("elsewhere")))), 0)


def head_of(profile, world, **more):
    return {"corpus": 1, "profile": profile, "seed": world.seed,
            "begins": world.begins.strftime("%Y-%m-%dT%H:%M:%S.000Z"), "secretariat": SECRETARIAT,
            "bureaus": world.bureaus, **more}


def members():
    return sorted(load("codes/members.json")["codes"])


def bureau_day(options):
    """What one bureau sends and gets on a day."""
    world = World(options.seed, members(), options.begin)
    dice = Dice(options.seed, "day")
    home = options.bureau
    count = options.messages or dice.between(80, 300)
    found = hits_of(dice, options.checks or 20_000)

    def some_case():
        if dice.chance(0.4):
            cases.begin_one(world, home)
        else:
            cases.begin_one(world, world.another(dice, home), home)

    def some_hit():
        if dice.chance(0.5):
            cases.begin_hit(world, home)
        else:
            cases.begin_hit(world, world.another(dice, home), home)

    publish_elsewhere(world, min(PUBLISHED_ELSEWHERE, count // 3))
    world.begin(at_times(world, found, some_hit), 0)
    world.begin(keep_up(world, dice, count, lambda: world.sent[home] + world.got[home], some_case),
                0)
    lines = (line for line in world.run() if home in (line["from"], *line["to"]))
    return head_of("day", world, bureau=home, messages=count, hits=len(found)), lines


def many(options, profile, world, count, checks, **more):
    """Each bureau sends `count` messages; hits come where the checks are."""
    dice = Dice(options.seed, profile)
    found = hits_of(dice, checks)
    for bureau in world.bureaus:
        world.begin(keep_up(world, Dice(options.seed, profile, bureau), count,
                            lambda bureau=bureau: world.sent[bureau],
                            lambda bureau=bureau: cases.begin_one(world, bureau)), 0)
    world.begin(at_times(world, found, lambda: cases.begin_hit(world, dice.one(world.bureaus))), 0)
    publish_elsewhere(world, PUBLISHED_ELSEWHERE)
    head = head_of(profile, world, checks=checks, hits=len(found), messages_of_a_bureau=count,
                   **more)
    return head, world.run()


def operation_day(options):
    """Three times the load of a usual day, and checks at all borders: 54 bureaus, 2 hubs."""
    world = World(options.seed, AFRICA, options.begin)
    hubs = {"HUBE": [one for one in AFRICA if one not in WEST],
            "HUBW": [one for one in AFRICA if one in WEST] + [SECRETARIAT]}
    return many(options, "operation", world, options.messages or 300, options.checks or 90_000,
                hubs=hubs)


def hub_day(options):
    """What one hub relays among all members and the General Secretariat."""
    world = World(options.seed, members(), options.begin)
    return many(options, "hub", world, options.messages or HUB_BUREAU_MESSAGES,
                options.checks or 200_000, hubs={"HUBE": [*world.bureaus, SECRETARIAT]})


def all_kinds(options):
    """Each kind, and each colour of a publication, so many times at the least."""
    world = World(options.seed, FEW, options.begin)
    return head_of("kinds", world), until_all(world, options.messages or 1)


def until_all(world, count):
    kinds = dict.fromkeys(world.kinds.rows, 0)
    colours = dict.fromkeys(load("codes/notice_types.json")["codes"], 0)
    mix = [(kind, 1) for kind, _ in cases.MIX] + [("hit", 2), ("elsewhere", 2)]

    def begin_all():
        while True:
            dice = world.new_dice("kinds")
            what = dice.weighted(mix)
            if what == "hit":
                cases.begin_hit(world, dice.one(FEW))
            elif what == "elsewhere":
                evenly = [(each, 1) for each in colours]
                world.begin(notices.published_elsewhere(world, dice, evenly))
            else:
                first = dice.one(FEW)
                world.begin(what(world, first, world.another(dice, first), dice))
            yield 10 * 60_000

    world.begin(begin_all(), 0)
    for line in world.run(40 * count * DAY):
        kinds[line["kind"]] += 1
        if line["kind"] == "notice.publication":
            colours[line["document"]["body"]["notice_type"]] += 1
        if line["kind"] == "hit.notification" and kinds["transport.receipt"] < count:
            world.begin(cases.receipt(world, line, world.new_dice("receipt")), line["at_ms"])
        yield line
        if min([*kinds.values(), *colours.values()]) >= count:
            return
    wanting = [name for name, found in (kinds | colours).items() if found < count]
    raise RuntimeError("no case of the corpus comes to " + ", ".join(wanting))


def only_notices(options):
    """Requests for notices of one size: for measurements."""
    world = World(options.seed, FEW, options.begin)
    return head_of("notices", world, bytes=options.bytes), requests(world, options)


def requests(world, options):
    for _ in range(options.messages or 100):
        dice = world.new_dice("notices")
        world.begin(notices.request_of_size(world, dice.one(FEW), options.bytes, dice))
    yield from world.run()


PROFILES = {"day": bureau_day, "operation": operation_day, "hub": hub_day, "kinds": all_kinds,
            "notices": only_notices}
