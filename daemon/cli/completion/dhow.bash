# Completion of dhow's commands and options for bash; installed as completions/dhow.
# Options come from each command's own --help, so that they are never out of date.

_dhow() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}
    local commands="send status why case clocks cancel inbox show bureaus evidence queue hold release send-again link courier route
        new validate import kinds codes config keys directory db version help"
    local -A verbs=(
        [inbox]="list get ack" [evidence]="export" [link]="list call suspend resume test quota" [route]="explain"
        [courier]="export import verify status close"
        [import]="notice-json" [config]="check" [db]="check backup" [keys]="create root show"
        [directory]="init add sign show verify")
    local command=${COMP_WORDS[1]}

    case $previous in
        --class)
            mapfile -t COMPREPLY < <(compgen -W "flash urgent routine bulk" -- "$current")
            return ;;
        --config | --body | --attach | --file)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -f -- "$current")
            return ;;
        --kind | kinds | new)
            mapfile -t COMPREPLY < <(compgen -W "$(dhow kinds 2>/dev/null | awk 'NR > 1 && /\./ {print $1}')" -- "$current")
            return ;;
        --language)
            mapfile -t COMPREPLY < <(compgen -W "en fr es ar" -- "$current")
            return ;;
        --type)
            mapfile -t COMPREPLY < <(compgen -W "$(dhow codes notice_types 2>/dev/null | awk 'NR > 1 {print $1}')" -- "$current")
            return ;;
        codes)
            mapfile -t COMPREPLY < <(compgen -W "$(dhow codes 2>/dev/null | awk 'NR > 1 {print $1}')" -- "$current")
            return ;;
        --out | --dir)
            compopt -o filenames
            mapfile -t COMPREPLY < <(compgen -d -- "$current")
            return ;;
    esac
    if ((COMP_CWORD == 1)); then
        mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$current")
    elif ((COMP_CWORD == 2)) && [[ $current != -* && -n ${verbs[$command]} ]]; then
        mapfile -t COMPREPLY < <(compgen -W "${verbs[$command]}" -- "$current")
    elif [[ $current == -* ]]; then
        local words=("$command")
        [[ -n ${verbs[$command]} ]] && words+=("${COMP_WORDS[2]}")
        local options
        options=$(dhow "${words[@]}" --help 2>/dev/null | grep -oE -- '--[a-z][a-z-]*')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
    else
        compopt -o filenames
        mapfile -t COMPREPLY < <(compgen -f -- "$current")
    fi
}
complete -F _dhow dhow
