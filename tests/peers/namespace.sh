#!/bin/sh
# namespace.sh PROGRAM ARGUMENT...: runs a program in a network of its own, which is nothing but
# loopback and 10.77.0.1. So ports never clash, and nothing can leave the machine.
set -e
case $SIPML_NETWORK in
  "")
    SIPML_NETWORK=own
    export SIPML_NETWORK
    # Root of a container may lack the right; users have a name space of their own, where they are root.
    for way in "--net --mount" "--user --map-root-user --net --mount"; do
      # shellcheck disable=SC2086
      if unshare $way true 2>/dev/null; then exec unshare $way -- sh "$0" "$@"; fi
    done
    echo "The tests with other stacks need a network namespace, and none can be had:" >&2
    unshare --user --map-root-user --net --mount true >&2 || true
    echo "As root, or with 'sysctl kernel.unprivileged_userns_clone=1 user.max_net_namespaces=1000', it works." >&2
    exit 1
    ;;
esac
ip link set lo up
# Firefox gathers no 127.0.0.1, and nothing at all without a default route; rtpengine and TURN servers
# listen on this address, too.
ip address add 10.77.0.1/32 dev lo
ip route add default dev lo src 10.77.0.1
# A name that is not in /etc/hosts is refused at once instead of after ten seconds.
resolv=$(mktemp)
echo "nameserver 127.0.0.1" >"$resolv"
mount --bind "$resolv" /etc/resolv.conf
rm "$resolv"
exec "$@"
