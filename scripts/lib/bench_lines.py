"""The emulated lines of the bench of poor links, for Dhow and for its peers alike."""

LIMIT_S = 600
FIRST = "64k-600ms"
# name -> kbit/s, round trip in ms, bytes that are sent through cuts
LINES = {FIRST: (64, 600, 1024 * 1024), "9k6-1400ms": (9.6, 1400, 100 * 1024)}
SILENT_CUT_S = 5
# The congestion control where no packet is lost: BBR halts each ten seconds (docs/poor-links.md).
CLEAN = "reno"
# How a line is cut -> options of the emulator; bench_links_cuts says what they mean.
CUTS = {
    "clean": ("--cut-every", "20-60", "--cut-kind", "clean"),
    "restarted": (),
    "cut_and_restarted": ("--cut-every", "20-60", "--cut-kind", "clean"),
    "silent": ("--cut-every", "20-60", "--cut-kind", "silent", "--cut-time", SILENT_CUT_S),
    "nat": ("--cut-every", "20-60", "--cut-kind", "address"),
}
# Seconds for which a path is dead while its carrier stays.
DEAD_S = (20, 90, 300)
# The mix goes over a line that is in nobody's way.
MIX_LINE = ("--rate-kbit", 2048, "--rtt-ms", 100)
MIX_MESSAGES = 2000
MIX_SEED = 2611
WARM_SEED = 2612  # of the messages before, which are not counted
