# SPDX-License-Identifier: ISC
"""load.py WHAT HOST PORT SECONDS - clients that a daemon must bear.

slow:  200 that read a kilobyte a second of the report
open:  400 that connect and say nothing, or half a request
rate:  50 requests a second, each of which must be answered with 200
flood: as many requests as 20 clients get answered, of pages that nobody asked
       for before
Prints what became of them; exit 1 where it is not what it should be.
"""
import http.client
import socket
import sys
import threading
import time

what, host, port, seconds = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
end = time.monotonic() + seconds
lock = threading.Lock()
counts = {}


def count(key, n=1):
    with lock:
        counts[key] = counts.get(key, 0) + n


def get(path, timeout=30):
    c = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        c.request("GET", path, headers={"Accept-Encoding": "gzip"})
        r = c.getresponse()
        r.read()
        return r.status
    finally:
        c.close()


def connect():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s.settimeout(seconds + 30)
    s.connect((host, port))
    return s


def slow(_):
    try:
        with connect() as s:
            s.sendall(b"GET /report HTTP/1.1\r\nHost: localhost\r\n\r\n")
            while time.monotonic() < end and s.recv(1024):
                count("kilobytes")
                time.sleep(1)
    except OSError:
        count("ended by the daemon")


def half_open(i):
    try:
        with connect() as s:
            if i % 2:
                s.sendall(b"GET / HTTP/1.1\r\nHost: loc")
            s.recv(1)
            count("closed")
    except OSError:
        count("not answered")


def at_a_rate(_):
    paths = ["/", "/metrics", "/api/v1/summary", "/?severity=error"]
    began, n = time.monotonic(), 0
    threads = []

    def one(path):
        t = time.monotonic()
        try:
            count(get(path))
        except OSError:
            count("failed")
        with lock:
            counts["slowest ms"] = max(counts.get("slowest ms", 0), int((time.monotonic() - t) * 1000))

    while time.monotonic() < end:
        threads.append(threading.Thread(target=one, args=(paths[n % 4],)))
        threads[-1].start()
        n += 1
        time.sleep(max(0, began + n / 50 - time.monotonic()))
    for t in threads:
        t.join()


def flood(i):
    n = 0
    while time.monotonic() < end:
        n += 1
        try:
            count(get(f"/?q={i}x{n}"))
        except OSError:
            count("failed")


kinds = {"slow": (slow, 200), "open": (half_open, 400), "rate": (at_a_rate, 1), "flood": (flood, 20)}
run, n = kinds[what]
threads = [threading.Thread(target=run, args=(i,), daemon=True) for i in range(n)]
for t in threads:
    t.start()
for t in threads:
    t.join(max(0.1, end + 40 - time.monotonic()))
print(f"{what}: " + ", ".join(f"{k} {v}" for k, v in sorted(counts.items(), key=str)))
if what == "rate":
    sys.exit(counts.get("failed", 0) > 0 or counts.get(200, 0) < seconds * 40)
