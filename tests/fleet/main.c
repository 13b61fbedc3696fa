/* SPDX-License-Identifier: ISC */
/*
 * fleet - a simulated fleet of Communicator Web Access servers within
 * 127.0.0.0/8: right ones, and one for every way of being wrong. See table.c.
 */
#include <err.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <openssl/pem.h>

#include "cwaudit/text.h"
#include "fleet.h"
#include "limit.h"
#include "paper.h"

struct options {
	const char	*inventory, *expect, *client, *ready_file;
	int		 ready_fd;
	long		 seconds;
	uint32_t	 net;
	uint16_t	 base;
	bool		 print;
	struct strings	 made;		/* paths that --dir made */
};

static const char usage[] =
"usage: fleet [options]\n"
"  --inventory FILE   write an inventory; corp-roots.pem goes beside it\n"
"  --expect FILE      write what an audit must find, a line of JSON each\n"
"  --client FILE      write a client certificate and its key (PEM)\n"
"  --print            print what is right or wrong where, then go on\n"
"  --dir DIR          the three files: DIR/inventory.yaml, expect.jsonl,\n"
"                     client.pem\n"
"  --time SECONDS     end after that long (600)\n"
"  --base PORT        HTTPS is PORT + 443, MTLS PORT + 61 (a free one)\n"
"  --net A.B.0.0      a /16 within 127.0.0.0/8 (127.77.0.0)\n"
"  --ready-fd N, --ready-file FILE   a line there once all ports listen\n"
"  --quiet            no line on standard output\n"
"SIGUSR1 swaps one host's certificate: to the documented, wrong form, then to\n"
"a good one, and so on. SIGTERM, or the parent's death, ends.\n";

static void
write_file(const char *path, const struct text *t)
{
	FILE *f = fopen(path, "w");

	if (f == NULL || fwrite(text_str(t), 1, t->len, f) != t->len ||
	    fclose(f) != 0)
		err(1, "fleet: %s", path);
}

static char *
beside(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	struct text t = { 0 };

	if (slash != NULL)
		text_add_bytes(&t, path, (size_t)(slash - path) + 1);
	text_add(&t, name);
	return text_take(&t);
}

static const char *
inside(struct options *o, const char *dir, const char *name)
{
	struct text t = { 0 };

	text_addf(&t, "%s/%s", dir, name);
	strings_add(&o->made, text_str(&t));
	text_done(&t);
	return o->made.item[o->made.n - 1];
}

static void
write_client(const char *path)
{
	struct leaf *leaf = leaf_new("cn=cwaudit.contoso.com eku=client",
	    "", "");
	FILE *f = fopen(path, "w");

	if (f == NULL || !PEM_write_X509(f, leaf->x509) ||
	    !PEM_write_X509(f, sk_X509_value(leaf->chain, 0)) ||
	    !PEM_write_PrivateKey(f, leaf->key, NULL, NULL, 0, NULL, NULL) ||
	    fclose(f) != 0)
		err(1, "fleet: %s", path);
	leaf_free(leaf);
}

static void
write_papers(const struct options *o, const struct fleet *f)
{
	struct text t = { 0 };

	if (o->inventory != NULL) {
		char *roots = beside(o->inventory, "corp-roots.pem");

		leaf_roots_pem(&t);
		write_file(roots, &t);
		free(roots);
		text_reset(&t);
		paper_inventory(f, &t);
		write_file(o->inventory, &t);
	}
	if (o->expect != NULL) {
		text_reset(&t);
		paper_expect(f, &t);
		write_file(o->expect, &t);
	}
	if (o->client != NULL)
		write_client(o->client);
	if (o->print) {
		text_reset(&t);
		paper_table(f, &t);
		fwrite(text_str(&t), 1, t.len, stdout);
	}
	text_done(&t);
}

static void
say_ready(const struct options *o, const struct fleet *f)
{
	struct text t = { 0 };
	size_t listening = 0;

	for (size_t i = 0; i < f->n_ports; i++)
		listening += f->ports[i].open;
	text_addf(&t, "ready: pid %ld, %zu hosts, %zu ports, base %u\n",
	    (long)getpid(), n_fleet_hosts, listening, (unsigned)f->base);
	fputs(text_str(&t), stdout);
	fflush(stdout);
	if (o->ready_file != NULL)
		write_file(o->ready_file, &t);
	if (o->ready_fd >= 0 &&
	    write(o->ready_fd, text_str(&t), t.len) != (ssize_t)t.len)
		err(1, "fleet: --ready-fd");
	text_done(&t);
}

static void
on_end(evutil_socket_t fd, short what, void *base)
{
	(void)fd;
	(void)what;
	event_base_loopbreak(base);
}

static void
on_reissue(evutil_socket_t fd, short what, void *fleet)
{
	struct text t = { 0 };

	(void)fd;
	(void)what;
	fleet_reissue(fleet, &t);
	puts(text_str(&t));
	fflush(stdout);
	text_done(&t);
}

static void
serve(const struct options *o, struct fleet *f)
{
	struct event_base *base = event_base_new();
	const struct timeval life = { .tv_sec = o->seconds };
	struct port_world *world = port_world_new(base);
	struct event *on[4];
	int error = fleet_open(f, world);

	if (error != 0)
		errx(1, "fleet: cannot listen: %s", strerror(error));
	on[0] = evsignal_new(base, SIGTERM, on_end, base);
	on[1] = evsignal_new(base, SIGINT, on_end, base);
	on[2] = evsignal_new(base, SIGUSR1, on_reissue, f);
	on[3] = evtimer_new(base, on_end, base);
	for (int i = 0; i < 4; i++)
		event_add(on[i], i == 3 ? &life : NULL);
	write_papers(o, f);
	say_ready(o, f);
	event_base_dispatch(base);
	for (int i = 0; i < 4; i++)
		event_free(on[i]);
	port_world_free(world);
	fleet_done(f);
	event_base_free(base);
}

static uint32_t
parse_net(const char *s)
{
	struct in_addr a;
	uint32_t net;

	if (inet_pton(AF_INET, s, &a) != 1)
		errx(2, "fleet: '%s' is no address", s);
	net = ntohl(a.s_addr);
	if (net >> 24 != 127 || (net & 0xffff) != 0)
		errx(2, "fleet: --net is 127.N.0.0");
	return net;
}

static long
parse_number(const char *s, long max)
{
	uint64_t n;

	if (!text_number(s, (uint64_t)max, &n))
		errx(2, "fleet: '%s' is no number up to %ld", s, max);
	return (long)n;
}

static void
parse_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "inventory", 1, NULL, 'i' }, { "expect", 1, NULL, 'e' },
		{ "client", 1, NULL, 'c' }, { "dir", 1, NULL, 'd' },
		{ "print", 0, NULL, 'p' }, { "time", 1, NULL, 't' },
		{ "base", 1, NULL, 'b' }, { "net", 1, NULL, 'n' },
		{ "ready-fd", 1, NULL, 'f' }, { "ready-file", 1, NULL, 'r' },
		{ "quiet", 0, NULL, 'q' }, { "help", 0, NULL, 'h' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", names, NULL)) != -1) {
		switch (c) {
		case 'i': o->inventory = optarg; break;
		case 'e': o->expect = optarg; break;
		case 'c': o->client = optarg; break;
		case 'd':
			o->inventory = inside(o, optarg, "inventory.yaml");
			o->expect = inside(o, optarg, "expect.jsonl");
			o->client = inside(o, optarg, "client.pem");
			break;
		case 'p': o->print = true; break;
		case 'q':
			if (freopen("/dev/null", "w", stdout) == NULL)
				err(1, "fleet: /dev/null");
			break;
		case 't': o->seconds = parse_number(optarg, 86400); break;
		case 'b':
			o->base = (uint16_t)parse_number(optarg, 65000);
			break;
		case 'n': o->net = parse_net(optarg); break;
		case 'f':
			o->ready_fd = (int)parse_number(optarg, 1000000);
			break;
		case 'r': o->ready_file = optarg; break;
		case 'h':
			fputs(usage, stdout);
			exit(0);
		default:
			fputs(usage, stderr);
			exit(2);
		}
	}
	if (optind != argc) {
		fputs(usage, stderr);
		exit(2);
	}
}

int
main(int argc, char **argv)
{
	struct options o = { .ready_fd = -1, .seconds = 600,
	    .net = 0x7f4d0000 };
	struct fleet fleet;
	pid_t parent = getppid();

	parse_options(argc, argv, &o);
	prctl(PR_SET_PDEATHSIG, SIGTERM);
	if (getppid() != parent)
		return 0;
	signal(SIGPIPE, SIG_IGN);
	OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, NULL);
	raise_limit();
	fleet_init(&fleet, o.net, o.base);
	serve(&o, &fleet);
	leaf_done();
	strings_done(&o.made);
	return 0;
}
