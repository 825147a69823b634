function __hsflowctl_should_offer_completions_for_flags_or_options -a expected_commands
    set -l non_repeating_flags_or_options $argv[2..]
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __hsflowctl_parse_tokens
    test "$commands" = "$expected_commands"; and return $non_repeating_flags_or_options_absent
end

function __hsflowctl_should_offer_completions_for_positional -a expected_commands positional_index_comparison expected_positional_index
    set -l non_repeating_flags_or_options
    set -l non_repeating_flags_or_options_absent 0
    set -l positional_index 0
    set -l commands
    __hsflowctl_parse_tokens
    test "$commands" = "$expected_commands" -a \( "$positional_index" "$positional_index_comparison" "$expected_positional_index" \)
end

function __hsflowctl_parse_tokens -S
    set -l unparsed_tokens (__hsflowctl_tokens -pc)
    switch $unparsed_tokens[1]
    case 'hsflowctl'
        __hsflowctl_parse_subcommand 0 'version' 'h/help'
        switch $unparsed_tokens[1]
        case 'status'
            __hsflowctl_parse_subcommand 0 'control=' 'json' 'watch' 'a/all' 'version' 'h/help'
        case 'explain'
            __hsflowctl_parse_subcommand 1 'control=' 'version' 'h/help'
        case 'check'
            __hsflowctl_parse_subcommand 1 'json' 'file-only' 'q/quiet' 'version' 'h/help'
        case 'listen'
            __hsflowctl_parse_subcommand 0 'p/port=' 'address=' 'f/format=' 'pcap=' 'count=' 'version' 'h/help'
        case 'probe'
            __hsflowctl_parse_subcommand 1 'p/port=' 'dev=' 'namespace=' 'source=' 'datagram-bytes=' 'version' 'h/help'
        case 'metrics'
            __hsflowctl_parse_subcommand 0 'control=' 'version' 'h/help'
        case 'help'
            __hsflowctl_parse_subcommand -r 1 'version'
        end
    end
end

function __hsflowctl_tokens
    if test (string split -m 1 -f 1 -- . "$FISH_VERSION") -gt 3
        commandline --tokens-raw $argv
    else
        commandline -o $argv
    end
end

function __hsflowctl_parse_subcommand -S -a positional_count
    argparse -s r -- $argv
    set -l option_specs $argv[2..]
    set -l is_repeating_positional $_flag_r
    set -el _flag_r
    set -a commands $unparsed_tokens[1]
    set positional_index 0
    while true
        set -e unparsed_tokens[1]
        argparse -sn "$commands" $option_specs -- $unparsed_tokens 2> /dev/null
        set unparsed_tokens $argv
        set positional_index (math $positional_index + 1)
        for non_repeating_flag_or_option in $non_repeating_flags_or_options
            if set -ql "_flag_$(string replace -a - _ -- $non_repeating_flag_or_option)"
                set non_repeating_flags_or_options_absent 1
                break
            end
        end
        test (count $unparsed_tokens) -eq 0 -o \( -z "$is_repeating_positional" -a "$positional_index" -gt "$positional_count" \) && break
    end
end

function __hsflowctl_complete_directories
    set -l token (commandline -t)
    string match -- '*/' $token
    set -l subdirs $token*/
    printf %s\n $subdirs
end

function __hsflowctl_custom_completion
    set -x SAP_SHELL fish
    set -x SAP_SHELL_VERSION $FISH_VERSION
    set -l tokens (__hsflowctl_tokens -p)
    if test -z "$(__hsflowctl_tokens -t)"
        set -l index (count (__hsflowctl_tokens -pc))
        set tokens $tokens[..$index] \'\' $tokens[(math $index + 1)..]
    end
    command $tokens[1] $argv $tokens
end

complete -c 'hsflowctl' -f
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'status' -d 'Says how the agent is: sources, interfaces, collectors, and what was lost where.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'explain' -d 'Says why the agent does what it does.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'check' -d 'Reads a configuration, and holds it against this host.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'listen' -d 'Receives sFlow from any agent, or reads it from a capture, and prints what it says.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'probe' -d 'Sends one datagram to a collector and tells how it got there.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'metrics' -d 'Prints the agent\'s own counters in the text format of Prometheus.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl" -eq 1' -fa 'help' -d 'Show subcommand help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl status" control' -l 'control' -d 'The control socket of the agent.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl status" json' -l 'json' -d 'Print one JSON document.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl status" watch' -l 'watch' -d 'Ask again every two seconds, until interrupted.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl status" a all' -l 'all' -s 'a' -d 'Also interfaces that are not sampled, and all values.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl status" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl status" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl explain" control' -l 'control' -d 'The control socket of the agent.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_positional "hsflowctl explain" -eq 1' -fka 'address interface sampling collector settings'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl explain" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl explain" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl check" json' -l 'json' -d 'Print one JSON document.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl check" file-only' -l 'file-only' -d 'Read the file only: it is for another host.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl check" q quiet' -l 'quiet' -s 'q' -d 'Only errors and warnings.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl check" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl check" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" p port' -l 'port' -s 'p' -d 'The UDP port to listen on.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" address' -l 'address' -d 'The local address to listen on.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" f format' -l 'format' -s 'f' -d 'text, json or line.' -rfka 'text json line'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" pcap' -l 'pcap' -d 'A capture to read, or to write.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" count' -l 'count' -d 'End after so many datagrams.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl listen" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" p port' -l 'port' -s 'p' -d 'Its UDP port.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" dev' -l 'dev' -d 'The interface by which to send.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" namespace' -l 'namespace' -d 'The network namespace from which to send.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" source' -l 'source' -d 'The local address from which to send.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" datagram-bytes' -l 'datagram-bytes' -d 'The largest datagram that will be sent.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl probe" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl metrics" control' -l 'control' -d 'The control socket of the agent.' -rfka ''
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl metrics" version' -l 'version' -d 'Show the version.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl metrics" h help' -s 'h' -l 'help' -d 'Show help information.'
complete -c 'hsflowctl' -n '__hsflowctl_should_offer_completions_for_flags_or_options "hsflowctl help" version' -l 'version' -d 'Show the version.'
