# shellcheck shell=sh
# Shell functions shared by the commands in scripts/. POSIX sh, sourced with $root set to the tree.

say() { printf '%s\n' "$*"; }

step() { printf '\n== %s\n' "$*"; }

die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}

# as_root COMMAND... runs it as root: directly, or through sudo.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "'$*' needs root, and there is no sudo"
    fi
}

# confirm QUESTION: true if the answer is yes, or if there is nobody to ask.
confirm() {
    if [ "${assume_yes:-no}" = yes ] || [ ! -t 0 ]; then
        return 0
    fi
    printf '%s [Y/n] ' "$1"
    read -r answer
    case $answer in
        "" | y | Y | yes) return 0 ;;
        *) return 1 ;;
    esac
}

# codename: the name of the Debian release that runs here, such as "bookworm".
codename() { (. /etc/os-release && printf '%s\n' "${VERSION_CODENAME:-unknown}"); }
