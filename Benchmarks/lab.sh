# What the benchmarks share, sourced by them: a workplace, namespaces, programs that are measured, figures and their table.
# Subjects are the agent, a floor (a C program that does only what the kernel makes unavoidable) and, if PEER has its
# command, another agent: PEER='hsflowd -d -f %c', with %c for the configuration; it must stay in the foreground.
# Figures go to RESULTS/NAME.tsv (.build/bench unless set): row, subject, unit, value.
set -euo pipefail
[ "$(id -u)" = 0 ] || { echo "This makes network namespaces: run it as root."; exit 1; }
results=${RESULTS:-.build/bench}
peer=${PEER:-}
work=$(mktemp -d)
a=hsbench-$$-a b=hsbench-$$-b
subject="" sink=""

cleanup() {
  [ -z "$subject" ] || kill "$subject" 2>/dev/null || true
  [ -z "$sink" ] || kill "$sink" 2>/dev/null || true
  wait 2>/dev/null || true
  ip netns del $a 2>/dev/null || true
  ip netns del $b 2>/dev/null || true
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 1' INT TERM

# begin NAME: figures are of this benchmark from now on
begin() { mkdir -p "$results"; tsv=$results/$1.tsv; : >"$tsv"; }

# note ROW WHO UNIT VALUE
note() { printf '%s\t%s\t%s\t%s\n' "$@" >>"$tsv"; }

# compile NAME...: from Benchmarks/floors into $work
compile() { local name; for name; do cc -O2 -o "$work/$name" "Benchmarks/floors/$name.c"; done; }

# namespaces: $a and $b, with 10.99.1.1 and hsba here, 10.99.1.2 and hsbb there
namespaces() {
  local n
  for n in $a $b; do
    ip netns add $n
    ip -n $n link set lo up
    # Or the kernel sends packets of its own.
    ip netns exec $n sysctl -qw net.ipv6.conf.default.disable_ipv6=1
  done
  ip link add hsba netns $a type veth peer name hsbb netns $b
  ip -n $a addr add 10.99.1.1/24 dev hsba
  ip -n $b addr add 10.99.1.2/24 dev hsbb
  ip -n $a link set hsba up
  ip -n $b link set hsbb up
}

# subjects FLOOR...: who is measured, in turn
subjects() { echo agent ${1:+floor} ${peer:+peer}; }

# command WHO FLOOR...: fills the array `command`; FLOOR is the floor's command
command() {
  local who=$1; shift
  case $who in
    agent) command=("$agent" -d -P -f "$work/conf" -o "$work/auto") ;;
    floor) command=("$@") ;;
    peer) command=(bash -c "exec ${peer//%c/$work/conf}") ;;
  esac
}

# start WHO FLOOR...: in $b, until it has settled: an agent reads its code from the file and gives back what only the start needs
start() {
  command "$@"
  ip netns exec $b "${command[@]}" >"$work/out" 2>&1 &
  subject=$!
  sleep "${SETTLE:-3}"
  [ -d /proc/$subject/task ] && return
  echo "$1 ended by itself: ${command[*]}" >&2
  tail -5 "$work/out" >&2
  exit 1
}

stop() { kill $subject; wait $subject 2>/dev/null || true; subject=""; }

start_sink() { ip netns exec $b "$work/sink" 16343 >"$work/sink.out" & sink=$!; }
stop_sink() { kill $sink; wait $sink 2>/dev/null || true; sink=""; }

# ask_sink: what came since it was last asked (see sink.c)
ask_sink() {
  local lines; lines=$(wc -l <"$work/sink.out")
  kill -USR1 $sink
  while [ "$(wc -l <"$work/sink.out")" = "$lines" ]; do sleep 0.05; done
  tail -1 "$work/sink.out"
}

# Nanoseconds on a processor, sleeps, and KiB of memory: of all threads of the subject.
cpu() { cat /proc/$subject/task/*/schedstat | awk '{ sum += $1 } END { printf "%d", sum }'; }
sleeps() { cat /proc/$subject/task/*/status | awk '$1 == "voluntary_ctxt_switches:" { sum += $2 } END { print sum }'; }
kib() { awk -v name="$1:" '$1 == name { print $2 }' /proc/$subject/status; }

# divide A B DIGITS
divide() { awk -v a="$1" -v b="$2" -v digits="$3" 'BEGIN { printf "%.*f", digits, a / b }'; }

# table: all figures of this benchmark
table() { Benchmarks/summary "$tsv"; }
