#!/usr/bin/env python3
# SPDX-License-Identifier: ISC
"""bench.py - what looks cost, beside bare loops and what others use.

usage: bench.py BUILD [--rounds N] [--quick] [--only SECTION]... [--write FILE]

Each section runs in a crowd (tests/crowd): a simulated fleet in a network
namespace of its own. What is compared runs in turns, round by round, and the
medians are compared; judge by the ratios, as machines differ. Whatever is
not installed is said to be missing.
"""
import argparse
import datetime
import json
import os
import platform
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time

from cost import LOOKS, Cost, loop, median, measure, micro
from tools import tools

HERE = os.path.realpath(__file__)


# ---- the daemon --------------------------------------------------------------

class Daemon:
    """cwauditd on a crowd's inventory; sweeps when it is told to."""

    def __init__(self, build, folder, inventory='inventory.yaml',
                 mode='hello', window=LOOKS, looks=False, more=''):
        self.build, self.folder = build, folder
        for name in os.listdir(folder):
            if name.startswith('bench.db'):
                os.unlink(f'{folder}/{name}')
        self.config = f'{folder}/bench.yaml'
        with open(self.config, 'w', encoding='ascii') as f:
            f.write(f'inventory: {inventory}\nstore: sqlite:bench.db\n'
                    f'control: {folder}/bench.control\nmode: {mode}\n'
                    f'window: {window}\nsettle: 0s\ncoverage: 0%\n'
                    'interval: {https: 6h, mtls: 6h}\nhttp: {listen: none}\n'
                    f'log: {{looks: {"yes" if looks else "no"}}}\n{more}')
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        path = f'{folder}/bench.notify'
        if os.path.exists(path):
            os.unlink(path)
        self.notify.bind(path)
        self.notify.settimeout(300)
        self.process = subprocess.Popen(
            [f'{build}/cwauditd', '-c', self.config],
            env={**os.environ, 'NOTIFY_SOCKET': path},
            stderr=subprocess.DEVNULL)
        while not os.path.exists(f'{folder}/bench.control'):
            time.sleep(0.02)
            if self.process.poll() is not None:
                sys.exit('bench: cwauditd does not start')

    def threads(self):
        """CPU seconds by thread: the kernel's own count, in ns."""
        cpu = {}
        tasks = f'/proc/{self.process.pid}/task'
        for tid in os.listdir(tasks):
            with open(f'{tasks}/{tid}/comm', encoding='ascii') as f:
                name = f.read().strip()
            with open(f'{tasks}/{tid}/schedstat', encoding='ascii') as f:
                spent = int(f.read().split()[0]) / 1e9
            cpu[name] = cpu.get(name, 0) + spent
        return cpu

    def memory(self, which='VmHWM'):
        """MiB: VmHWM the most so far, VmRSS now."""
        with open(f'/proc/{self.process.pid}/status', encoding='ascii') as f:
            return int(re.search(which + r':\s+(\d+)', f.read())[1]) / 1024

    def forget_peak(self):
        with open(f'/proc/{self.process.pid}/clear_refs', 'w',
                  encoding='ascii') as f:
            f.write('5')

    def descriptors(self):
        return len(os.listdir(f'/proc/{self.process.pid}/fd'))

    def sweep(self):
        """Looks at everything now: the cost of it, until it is in the store."""
        before, began = self.threads(), time.monotonic()
        subprocess.run([f'{self.build}/cwaudit', 'run', '-c', self.config],
                       check=True, stdout=subprocess.DEVNULL)
        while True:
            said = self.notify.recv(4096).decode()
            if said.startswith('STATUS=') and 'observed=' in said:
                break
        wall = time.monotonic() - began
        time.sleep(1.2)         # the writer commits each second
        after = self.threads()
        cost = Cost(f'{wall} 0 0 {self.memory() * 1024}')
        cost.threads = {name: after[name] - before.get(name, 0)
                        for name in after}
        cost.cpu = sum(cost.threads.values())
        cost.said = dict(w.split('=', 1) for w in said.split() if '=' in w)
        return cost

    def stop(self):
        self.process.terminate()
        self.process.wait(60)


# ---- the table ---------------------------------------------------------------

class Table:
    def __init__(self):
        self.rows, self.missing = [], []

    def add(self, what, value, limit=None, least=False, note=''):
        """limit: at most, or, with least, at least; None: for information."""
        met = '' if limit is None else \
            'yes' if (value >= limit if least else value <= limit) else 'no'
        word = '' if limit is None else \
            ('at least ' if least else 'at most ') + number(limit)
        self.rows.append((what, number(value), word, met, note))
        print('  '.join(x for x in (what, number(value), word, met, note)
                        if x), flush=True)

    def lack(self, name):
        """What is not there to compare with."""
        self.missing.append(name)
        print(f'missing, and left out: {name}', flush=True)

    def write(self, out):
        out.write('| what | measured | target | met | |\n'
                  '|---|---|---|---|---|\n')
        for row in self.rows:
            out.write('| ' + ' | '.join(row) + ' |\n')
        for name in self.missing:
            out.write(f'\nMissing, and left out: {name}.\n')


def number(x):
    return f'{x:,.0f}' if abs(x) >= 100 else f'{x:.3g}'


def lines(path):
    with open(path, 'rb') as f:
        return sum(1 for _ in f)


# ---- sections: run inside a crowd --------------------------------------------

def section_sweep(o, table, folder):
    """A hello sweep of known certificates, against connect and close."""
    n = lines(f'{folder}/targets')
    connect, hello = [], []
    daemon = Daemon(o.build, folder, window=1000)
    first = daemon.sweep()
    for _ in range(o.rounds):
        connect.append(loop(o.build, 'connect', f'{folder}/targets', 1000))
        hello.append(daemon.sweep())
    daemon.stop()
    bare, ours = micro(connect, n), micro(hello, n)
    worker = statistics.median(c.threads['worker'] for c in hello) * 1e6 / n
    note = f'{n:,} endpoints; {bare:.0f} us bare, {ours:.0f} us ours'
    table.add('hello sweep, whole pipeline / connect + close', ours / bare, 3,
              note=note)
    table.add('of that, worker threads / connect + close', worker / bare,
              66 / 23, note=f'{worker:.0f} us; 66 us where connect and close '
              'cost 23')
    table.add('hello sweep, looks/s', n / median(hello, 'wall'))
    table.add('hello sweep, looks/s of one core', 1e6 / ours)
    table.add('first sight by hello, us', first.cpu * 1e6 / n)
    daemon = Daemon(o.build, folder, window=1000, looks=True)
    daemon.sweep()
    told = [daemon.sweep() for _ in range(o.rounds)]
    daemon.stop()
    table.add('the same with a log line for each look / without',
              micro(told, n) / ours)


def prove(o, table, folder, job, kind, limit, stretch):
    """Handshakes by the daemon, against a bare loop's."""
    n = lines(f'{folder}/{job}.targets')
    bare, first, ours = [], [], []
    for _ in range(o.rounds):
        bare.append(loop(o.build, kind, f'{folder}/{job}.targets'))
        daemon = Daemon(o.build, folder, f'{job}.yaml', 'handshake')
        first.append(daemon.sweep())
        ours.append(daemon.sweep())
        daemon.stop()
    table.add(f'{job.upper()} handshakes, whole pipeline / bare {kind}',
              micro(ours, n) / micro(bare, n), limit,
              note=f'{micro(bare, n):.0f} us bare, {micro(ours, n):.0f} us '
              f'ours; stretch {stretch}')
    table.add(f'first sight of different certificates, {job.upper()} / '
              'handshakes alone', micro(first, n) / micro(bare, n), 1.5)


def section_prove(o, table, folder):
    prove(o, table, folder, 'mtls', 'openssl', 1.25, 0.7)
    prove(o, table, folder, 'https', 'curl', 1.15, 0.8)
    others(o, table, folder)


def others(o, table, folder):
    """What people use today, on the same ports, in turns with ours."""
    known = tools(o, folder)
    there = [t for t in known if shutil.which(t[2])]
    for tool in known:
        if tool not in there:
            table.lack(tool[0])
    for job in ('mtls', 'https'):
        n = lines(f'{folder}/{job}.targets')
        daemon = Daemon(o.build, folder, f'{job}.yaml', 'handshake')
        daemon.sweep()
        theirs = [t for t in there if t[1] == job]
        ours, cost = [], {t[0]: [] for t in theirs}
        for _ in range(o.rounds):
            ours.append(daemon.sweep())
            for name, _, _, run, targets, _ in theirs:
                cost[name].append(run(targets))
        daemon.stop()
        for name, _, _, _, targets, limit in theirs:
            compare(o, table, name, n / median(ours, 'wall'), cost[name],
                    len(targets), limit)


def compare(o, table, name, ours, cost, n, limit):
    rate = n / median(cost, 'wall')
    table.add(f'proofs/s / those of {name}', ours / rate, limit, True,
              f'{ours:,.0f} against {rate:,.0f}/s; '
              f'{median(cost, "cpu") / n * 1000:.2f} s of CPU for 1,000, '
              f'{median(cost, "rss"):.0f} MiB')
    o.rates[name] = rate


def section_large(o, table, folder):
    """100,000 endpoints; how flat it is stands in section flat."""
    n = lines(f'{folder}/targets')
    daemon = Daemon(o.build, folder, window=1000)
    first = daemon.sweep()
    again = [daemon.sweep() for _ in range(o.rounds)]
    rss, peak = daemon.memory('VmRSS'), daemon.memory()
    daemon.stop()
    table.add(f'hello sweep of {n:,} endpoints, s', median(again, 'wall'), 15)
    table.add('and its memory, MB', rss * 1.048576, 250, note=f'{rss:.0f} MiB'
              f' resident; at most, while all was new, {peak:.0f} MiB')
    table.add(f'first sight of {n:,} certificates, s', first.wall)
    o.flat[n] = micro(again, n)
    for name, least in (('nmap ssl-cert, MTLS', 30),
                        ('blackbox_exporter tcp, MTLS', 8)):
        if name in o.rates:
            ours = n / median(again, 'wall')
            table.add(f'looks/s of a hello sweep / targets/s of {name}',
                      ours / o.rates[name], least, True)


def section_flat(o, table, folder):
    n = lines(f'{folder}/targets')
    daemon = Daemon(o.build, folder, window=1000)
    daemon.sweep()
    o.flat[n] = micro([daemon.sweep() for _ in range(o.rounds)], n)
    daemon.stop()
    table.add(f'CPU of an endpoint among {n:,}, us', o.flat[n])


def section_dead(o, table, folder):
    """5 % black holes; the sweep after that in which they were found out."""
    daemon = Daemon(o.build, folder, window=1000)
    daemon.sweep()
    o.dead.append(statistics.median(
        daemon.sweep().wall for _ in range(min(o.rounds, 3))))
    daemon.stop()
    if len(o.dead) == 2:
        table.add('sweep of 10,000 endpoints with 5 % dead, s more than '
                  'without', o.dead[1] - o.dead[0], 5 + 0.1 * o.dead[0],
                  note=f'{o.dead[0]:.1f} s without, timeout 5 s, window 1,000')


def peak_of_sweep(daemon):
    daemon.forget_peak()
    daemon.sweep()
    return daemon.memory()


def section_memory(o, table, folder):
    """All hosts are slow: with a large window, so many looks are in flight.
    A few hundred hide in what is held anyway: quickly, that is no verdict."""
    few, many = (20, 300) if o.quick else (200, 2000)
    for mode, job, limit, received in (('hello', 'inventory', 4, 3),
                                       ('handshake', 'mtls', 50, 3),
                                       ('handshake', 'https', 75, 3)):
        most = {}
        for window in (few, many):
            daemon = Daemon(o.build, folder, f'{job}.yaml', mode, window,
                            more='per_net: 0\nper_host: 64\n')
            daemon.sweep()
            most[window] = statistics.median(
                peak_of_sweep(daemon) for _ in range(o.rounds))
            daemon.stop()
        each = (most[many] - most[few]) * 1024 / (many - few) - received
        table.add(f'memory of a look in flight, {mode}'
                  f'{"" if job == "inventory" else " " + job.upper()}, KiB',
                  each, None if o.quick else limit)


def section_soak(o, table, folder):
    n = lines(f'{folder}/targets')
    turns = 10 if o.quick else -(-1000000 // n)
    daemon = Daemon(o.build, folder, window=1000)
    for _ in range(max(2, turns // 10)):
        daemon.sweep()
    rss, fds = daemon.memory('VmRSS'), daemon.descriptors()
    for _ in range(turns):
        daemon.sweep()
    table.add(f'drift of memory over {turns * n:,} looks, %',
              abs(daemon.memory('VmRSS') / rss - 1) * 100, 1)
    table.add('descriptors more', daemon.descriptors() - fds, 0)
    daemon.stop()


def section_report(o, table, folder):
    """No looks: a store of 10,000 hosts."""
    subprocess.run([f'{o.build}/store_fleet', f'{folder}/cwaudit.db', '10000'],
                   check=True, stdout=subprocess.DEVNULL)
    with open(f'{folder}/r.yaml', 'w', encoding='ascii') as f:
        f.write('store: sqlite:cwaudit.db\n')
    cost = [measure(o.build, [f'{o.build}/cwaudit', 'report', '-c',
                              f'{folder}/r.yaml', '--format', 'html',
                              '--as-of', '2026-06-01T01:30Z', '-o',
                              f'{folder}/r.html']) for _ in range(o.rounds)]
    table.add('cwaudit report of 10,000 hosts, s', median(cost, 'wall'), 5)
    table.add('and its memory, MiB', median(cost, 'rss'), 200)
    said = subprocess.run([f'{o.build}/page_cost', f'{folder}/cwaudit.db',
                           '2026-06-01T01:30Z', '/metrics'],
                          capture_output=True, text=True, check=True).stdout
    ms = [float(m) for m in re.findall(r'/metrics.*?(\d+(?:\.\d+)?) ms', said)]
    table.add('/metrics of 10,000 hosts, s', max(ms) / 1000, 1)


COSTS = {               # inclusive, and none within another
    'connect(2)': ('__libc_connect',), 'socket(2)': ('__socket', 'socket'),
    'send(2)': ('__libc_send', '__send', 'write', '__libc_write',
                '__GI___libc_write'),
    'recv(2)': ('read', '__libc_read', '__libc_recv', '__GI___libc_read'),
    'close(2)': ('__close', '__libc_close', '__GI___close'),
    'setsockopt(2)': ('setsockopt', '__GI___setsockopt'),
    'd2i_X509, DER to an X509 of OpenSSL': ('ASN1_item_d2i_ex',),
    'RSA signatures, checked': ('RSA_verify',),
    'key agreement, key made': ('EVP_PKEY_generate', 'EVP_PKEY_Q_keygen'),
    'key agreement': ('EVP_PKEY_derive',),
    'SSL_CTX_new, one a connection': ('SSL_CTX_new_ex',),
    'SSL_CTX_free': ('SSL_CTX_free',),
    'SSL_new': ('SSL_new',), 'SSL_free': ('SSL_free',),
    'facts of a certificate': ('cert_parse',),
    'rules': ('rules_run_host',),
    'what is remembered, written': ('store_write',),
    'random bytes': ('RAND_bytes', 'RAND_bytes_ex'),
    'SHA-256 of what was sent': ('hello_chain_sha256',),
    'the hello, written': ('hello_write',), 'read': ('hello_read',),
    'epoll_wait(2)': ('epoll_wait',), 'epoll_ctl(2)': ('epoll_ctl',),
}


def profile(o, folder, inventory, mode, known):
    """Share of the CPU by what it went into; {} where perf may not look."""
    daemon = Daemon(o.build, folder, inventory, mode)
    if known:
        daemon.sweep()
    perf = subprocess.Popen(
        ['perf', 'record', '-q', '-F', '997', '--call-graph', 'dwarf,16384',
         '-o', f'{folder}/perf', '-p', str(daemon.process.pid)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(0.5)
    daemon.sweep()
    perf.send_signal(2)
    perf.wait(60)
    daemon.stop()
    said = output(['perf', 'report', '-i', f'{folder}/perf', '--children',
                   '--sort', 'sym', '-g', 'none', '--stdio'])
    share = {}
    for line in said.splitlines():
        found = re.match(r'\s*([\d.]+)%\s+[\d.]+%\s+\[.\]\s+(\w+)', line)
        for what, names in COSTS.items():
            if found and found[2] in names:
                share[what] = max(share.get(what, 0), float(found[1]))
    return share


def section_profile(o, table, folder):
    """Where it goes, in each way of looking."""
    if shutil.which('perf') is None:
        table.lack('profiles (perf)')
        return
    for what, inventory, mode, known in (
            ('a hello sweep, known', 'inventory.yaml', 'hello', True),
            ('first sight by hello', 'inventory.yaml', 'hello', False),
            ('MTLS handshakes', 'mtls.yaml', 'handshake', True),
            ('HTTPS handshakes', 'https.yaml', 'handshake', True)):
        share = profile(o, folder, inventory, mode, known)
        most = sorted(share, key=share.get, reverse=True)[:3]
        if not most:
            table.lack(f'the profile of {what}')
            continue
        table.add(f'profile of {what}: its three largest, %',
                  sum(share[w] for w in most), note='; '.join(
                      f'{w} {share[w]:.0f} %' for w in most))


SECTIONS = [            # name, what runs, options of the crowd, quick ones
    ('sweep', section_sweep, ['--hosts', '5000'], ['--hosts', '500']),
    ('prove', section_prove, ['--hosts', '1000', '--real'],
     ['--hosts', '100', '--real']),
    ('flat', section_flat, ['--hosts', '500'], ['--hosts', '100']),
    ('flat', section_flat, ['--hosts', '5000'], ['--hosts', '500']),
    ('large', section_large, ['--hosts', '50000'], ['--hosts', '2000']),
    ('dead', section_dead, ['--hosts', '5000', '--timeout', '5s'],
     ['--hosts', '500', '--timeout', '5s']),
    ('dead', section_dead, ['--hosts', '5000', '--timeout', '5s', '--dead',
                            '50'],
     ['--hosts', '500', '--timeout', '5s', '--dead', '50']),
    ('memory', section_memory, ['--hosts', '2000', '--real', '--slow', '1000'],
     ['--hosts', '300', '--real', '--slow', '1000']),
    ('soak', section_soak, ['--hosts', '5000'], ['--hosts', '500']),
    ('profile', section_profile, ['--hosts', '1000', '--real'],
     ['--hosts', '300', '--real']),
    ('report', section_report, None, None),
]


# ---- outside -----------------------------------------------------------------

def output(command):
    try:
        return subprocess.run(command, capture_output=True, text=True,
                              check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ''


def machine():
    with open('/proc/cpuinfo', encoding='ascii') as f:
        model = re.search(r'model name\s*: (.*)', f.read())
    return ', '.join(x for x in (
        model[1] if model else platform.machine(), f'{os.cpu_count()} cores',
        f'Linux {platform.release()}', output(['openssl', 'version'])
        .split('  ')[0], output(['curl-config', '--version'])) if x)


def run_inside(o, state):
    """The inner end: one section, in a crowd."""
    table = Table()
    with open(state, encoding='ascii') as f:
        kept = json.load(f)
    o.rates, o.dead = kept['rates'], kept['dead']
    o.flat = {int(k): v for k, v in kept['flat'].items()}
    SECTIONS[o.inside][1](o, table, o.folder)
    with open(state, 'w', encoding='ascii') as f:
        json.dump({'rates': o.rates, 'dead': o.dead, 'flat': o.flat,
                   'rows': kept['rows'] + table.rows,
                   'missing': kept['missing'] + table.missing}, f)


def run_section(o, i, folder, state):
    _, _, full, quick = SECTIONS[i]
    inner = [sys.executable, HERE, o.build, '--inside', str(i), '--folder',
             folder, '--state', state, '--rounds', str(o.rounds)]
    if o.quick:
        inner.append('--quick')
    crowd = quick if o.quick else full
    outer = inner if crowd is None else \
        [f'{o.build}/crowd', *crowd, folder, *inner]
    subprocess.run(outer, check=True, timeout=3000)


def conclude(o, kept):
    table = Table()
    table.rows, table.missing = kept['rows'], kept['missing']
    if len(kept['flat']) > 2:
        table.add('CPU of an endpoint, most / least of these fleets',
                  max(kept['flat'].values()) / min(kept['flat'].values()), 1.5)
    if o.write is None:
        return
    with open(o.write, encoding='utf-8') as f:
        rest = f.read().split('<!-- end of the table -->', 1)
    with open(o.write, 'w', encoding='utf-8') as f:
        f.write('# What looks cost\n\nWritten by `make bench` on '
                f'{datetime.date.today()}: {machine()}.\nMedians of '
                f'{o.rounds} rounds, what is compared in turns; simulator and '
                'auditor share\nthe cores. Judge by the ratios.\n\n')
        table.write(f)
        f.write('\n<!-- end of the table -->' + rest[-1])


def main():
    p = argparse.ArgumentParser()
    p.add_argument('build')
    p.add_argument('--rounds', type=int, default=5)
    p.add_argument('--quick', action='store_true')
    p.add_argument('--only', action='append')
    p.add_argument('--write')
    p.add_argument('--inside', type=int)
    p.add_argument('--folder')
    p.add_argument('--state')
    o = p.parse_args()
    o.build = os.path.realpath(o.build)
    if o.inside is not None:
        run_inside(o, o.state)
        return
    with tempfile.TemporaryDirectory() as folder:
        state = f'{folder}/state.json'
        with open(state, 'w', encoding='ascii') as f:
            json.dump({'rates': {}, 'dead': [], 'flat': {}, 'rows': [],
                       'missing': []}, f)
        for i, section in enumerate(SECTIONS):
            if o.only is None or section[0] in o.only:
                print(f'== {section[0]}', flush=True)
                run_section(o, i, folder, state)
        with open(state, encoding='ascii') as f:
            conclude(o, json.load(f))


if __name__ == '__main__':
    main()
