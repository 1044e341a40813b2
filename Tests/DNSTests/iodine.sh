#!/bin/sh
# iodine.sh CAPTURE: a real tunnel between two network namespaces, with a transfer through it, captured. Needs root, iodine,
# tcpdump and iproute2; run it under "unshare --net --pid --fork --kill-child --mount-proc", so that nothing of it outlives it.
set -e

# until_so COMMAND…: waits a minute at most until it succeeds.
until_so() {
    for _ in $(seq 600); do
        if "$@"; then return 0; fi
        sleep 0.1
    done
}

ip link set lo up
unshare --net sleep 400 &
server=$!
is_apart() { [ "$(readlink "/proc/$server/ns/net")" != "$(readlink /proc/self/ns/net)" ]; }
until_so is_apart
ip link add client type veth peer name server
ip link set server netns "$server"
ip addr add 10.9.0.2/24 dev client
ip link set client up
inside="nsenter --target $server --net"
$inside ip link set lo up
$inside ip addr add 10.9.0.1/24 dev server
$inside ip link set server up
$inside iodined -f -c -P secret -l 10.9.0.1 10.77.0.1/24 t.tunnel-example.com >"$1.server" 2>&1 &
tcpdump -i client -w "$1" -U udp port 53 >"$1.capture" 2>&1 &
capture=$!
until_so grep -q "listening on" "$1.capture"
iodine -f -r -P secret $2 10.9.0.1 t.tunnel-example.com >"$1.client" 2>&1 &
for _ in $(seq 120); do
    grep -q "Connection setup complete" "$1.client" && break
    sleep 1
done
# Questions with data go through as datagrams that nobody has to answer.
for number in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
    head -c 600 /dev/urandom | timeout 1 sh -c 'exec 3<&0; bash -c "cat <&3 >/dev/udp/10.77.0.1/9"' || true
    sleep 0.1
done
sleep 1
kill "$capture"
sleep 0.3
