# SPDX-License-Identifier: ISC
"""tools.py - what people use today, each run over a list of targets."""
import socket
import subprocess
import tempfile
import time

from cost import measure

BLACKBOX = '''modules:
  tcp: {prober: tcp, timeout: 10s, tcp: {tls: true,
    tls_config: {insecure_skip_verify: true}}}
  http: {prober: http, timeout: 10s, http: {method: HEAD, valid_status_codes:
    [200, 301, 302, 400, 403, 404], no_follow_redirects: true,
    tls_config: {insecure_skip_verify: true}}}
'''


def targets_of(path, n):
    with open(path, encoding='ascii') as f:
        return [line.split() for line in f][:n]


def run_xargs(o, command, targets):
    """A process for each target, eight at once; {a} {p} {n} are filled in."""
    with tempfile.NamedTemporaryFile('w') as f:
        for a, p, n in targets:
            f.write(command.format(a=a, p=p, n=n) + '\0')
        f.flush()
        return measure(o.build, ['xargs', '-0', '-P8', '-n1', 'timeout', '20',
                                 'sh', '-c'], f.name)


def run_nmap(o, targets):
    with tempfile.NamedTemporaryFile('w') as f:
        f.write('\n'.join(t[0] for t in targets))
        f.flush()
        return measure(o.build, ['nmap', '-n', '-Pn', '-sT', '-T5', '-p',
                                 targets[0][1], '--script', 'ssl-cert',
                                 '--min-hostgroup', '256', '-iL', f.name])


def run_blackbox(o, module, targets, folder):
    """The exporter's own cost is not in it but by the wall."""
    with open(f'{folder}/blackbox.yml', 'w', encoding='ascii') as f:
        f.write(BLACKBOX)
    exporter = subprocess.Popen(
        ['prometheus-blackbox-exporter', '--config.file',
         f'{folder}/blackbox.yml', '--web.listen-address', '127.0.0.1:9115'],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open(f'{folder}/blackbox.curl', 'w', encoding='ascii') as f:
        for a, p, _ in targets:
            target = f'{a}:{p}' if module == 'tcp' else f'https://{a}:{p}/'
            f.write(f'url = "http://127.0.0.1:9115/probe?module={module}'
                    f'&target={target}"\noutput = "/dev/null"\n')
    try:
        for _ in range(100):
            with socket.socket() as s:
                if s.connect_ex(('127.0.0.1', 9115)) == 0:
                    break
            time.sleep(0.05)
        cost = measure(o.build, ['curl', '-s', '-Z', '--parallel-max', '128',
                                 '-K', f'{folder}/blackbox.curl'])
    finally:
        exporter.terminate()
        exporter.wait(10)
    return cost


def run_curl(o, targets, folder):
    with open(f'{folder}/curl.conf', 'w', encoding='ascii') as f:
        for a, p, n in targets:
            f.write(f'url = "https://{n}:{p}/"\nconnect-to = "{n}:{p}:{a}:{p}"'
                    '\noutput = "/dev/null"\nhead\ninsecure\n')
    return measure(o.build, ['curl', '-s', '-Z', '--parallel-max', '128',
                             '-K', f'{folder}/curl.conf'])


def tools(o, folder):
    """Name, job, program, what runs it, its targets, our least of its rate."""
    port = {job: targets_of(f'{folder}/{job}.targets', 1000)
            for job in ('mtls', 'https')}
    few = 40 if o.quick else 200
    check_http = '/usr/lib/nagios/plugins/check_http'
    return [
        ('nmap ssl-cert, MTLS', 'mtls', 'nmap',
         lambda t: run_nmap(o, t), port['mtls'], 4),
        ('nmap ssl-cert, HTTPS', 'https', 'nmap',
         lambda t: run_nmap(o, t), port['https'], 2.5),
        ('blackbox_exporter tcp, MTLS', 'mtls', 'prometheus-blackbox-exporter',
         lambda t: run_blackbox(o, 'tcp', t, folder), port['mtls'], 1.2),
        ('blackbox_exporter http, HTTPS', 'https',
         'prometheus-blackbox-exporter',
         lambda t: run_blackbox(o, 'http', t, folder), port['https'], None),
        ('curl -Z, HTTPS', 'https', 'curl',
         lambda t: run_curl(o, t, folder), port['https'], 0.95),
        ('openssl s_client under xargs -P8, MTLS', 'mtls', 'openssl',
         lambda t: run_xargs(o, 'openssl s_client -connect {a}:{p} '
                             '-servername {n} </dev/null', t),
         port['mtls'][:few], None),
        ('sslscan under xargs -P8, HTTPS', 'https', 'sslscan',
         lambda t: run_xargs(o, 'sslscan --no-colour {a}:{p}', t),
         port['https'][:few // 2], None),
        ('check_http -C under xargs -P8, HTTPS', 'https', check_http,
         lambda t: run_xargs(o, check_http + ' -I {a} -p {p} -H {n} --sni -S '
                             '-C 30', t), port['https'][:few], None),
        ('ssl-cert-check, HTTPS', 'https', 'ssl-cert-check',
         lambda t: run_xargs(o, 'ssl-cert-check -s {a} -p {p}', t),
         port['https'][:few // 8], None),
    ]
