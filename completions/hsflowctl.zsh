#compdef hsflowctl

__hsflowctl_complete() {
    local -ar non_empty_completions=("${@:#(|:*)}")
    local -ar empty_completions=("${(M)@:#(|:*)}")
    _describe -V '' non_empty_completions -- empty_completions -P $'\'\''
}

__hsflowctl_custom_complete() {
    local -a completions
    completions=("${(@f)"$("${command_name}" "${@}" "${command_line[@]}")"}")
    if [[ "${#completions[@]}" -gt 1 ]]; then
        __hsflowctl_complete "${completions[@]:0:-1}"
    fi
}

__hsflowctl_cursor_index_in_current_word() {
    if [[ -z "${QIPREFIX}${IPREFIX}${PREFIX}" ]]; then
        printf 0
    else
        printf %s "${#${(z)LBUFFER}[-1]}"
    fi
}

_hsflowctl() {
    emulate -RL zsh -G
    setopt extendedglob nullglob numericglobsort
    unsetopt aliases banghist

    local -xr SAP_SHELL=zsh
    local -x SAP_SHELL_VERSION
    SAP_SHELL_VERSION="$(builtin emulate zsh -c 'printf %s "${ZSH_VERSION}"')"
    local -r SAP_SHELL_VERSION

    local context state state_descr line
    local -A opt_args

    local -r command_name="${words[1]}"
    local -ar command_line=("${words[@]}")
    local -ir current_word_index="$((CURRENT - 1))"

    local -i ret=1
    local -ar arg_specs=(
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
        '(-): :->command'
        '(-)*:: :->arg'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0
    case "${state}" in
    command)
        local -ar subcommands=(
            'status:Says how the agent is: sources, interfaces, collectors, and what was lost where.'
            'explain:Says why the agent does what it does.'
            'check:Reads a configuration, and holds it against this host.'
            'listen:Receives sFlow from any agent, or reads it from a capture, and prints what it says.'
            'probe:Sends one datagram to a collector and tells how it got there.'
            'metrics:Prints the agent'\''s own counters in the text format of Prometheus.'
            'help:Show subcommand help information.'
        )
        _describe -V subcommand subcommands && ret=0
        ;;
    arg)
        case "${words[1]}" in
        status|explain|check|listen|probe|metrics|help)
            "_hsflowctl_${words[1]}" && ret=0
            ;;
        esac
        ;;
    esac

    return "${ret}"
}

_hsflowctl_status() {
    local -i ret=1
    local -ar arg_specs=(
        '--control[The control socket of the agent.]:path:'
        '--json[Print one JSON document.]'
        '--watch[Ask again every two seconds, until interrupted.]'
        '(--all -a)'{--all,-a}'[Also interfaces that are not sampled, and all values.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_hsflowctl_explain() {
    local -i ret=1
    local -ar _topic=('address' 'interface' 'sampling' 'collector' 'settings')
    local -ar arg_specs=(
        '--control[The control socket of the agent.]:path:'
        ':topic:{__hsflowctl_complete "${_topic[@]}"}'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_hsflowctl_check() {
    local -i ret=1
    local -ar arg_specs=(
        ':file:'
        '--json[Print one JSON document.]'
        '--file-only[Read the file only\: it is for another host.]'
        '(--quiet -q)'{--quiet,-q}'[Only errors and warnings.]'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_hsflowctl_listen() {
    local -i ret=1
    local -ar ___format=('text' 'json' 'line')
    local -ar arg_specs=(
        '(--port -p)'{--port,-p}'[The UDP port to listen on.]:port:'
        '--address[The local address to listen on.]:address:'
        '(--format -f)'{--format,-f}'[text, json or line.]:format:{__hsflowctl_complete "${___format[@]}"}'
        '--pcap[A capture to read, or to write.]:file:'
        '--count[End after so many datagrams.]:count:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_hsflowctl_probe() {
    local -i ret=1
    local -ar arg_specs=(
        ':collector:'
        '(--port -p)'{--port,-p}'[Its UDP port.]:port:'
        '--dev[The interface by which to send.]:dev:'
        '--namespace[The network namespace from which to send.]:namespace:'
        '--source[The local address from which to send.]:source:'
        '--datagram-bytes[The largest datagram that will be sent.]:datagram-bytes:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_hsflowctl_metrics() {
    local -i ret=1
    local -ar arg_specs=(
        '--control[The control socket of the agent.]:path:'
        '--version[Show the version.]'
        '(-h --help)'{-h,--help}'[Show help information.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

_hsflowctl_help() {
    local -i ret=1
    local -ar arg_specs=(
        '*:subcommands:'
        '--version[Show the version.]'
    )
    _arguments -w -s -S : "${arg_specs[@]}" && ret=0

    return "${ret}"
}

if [[ "${funcstack[1]}" = _hsflowctl ]]; then
    _hsflowctl "${@}"
else
    compdef _hsflowctl hsflowctl
fi
