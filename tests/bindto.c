/* SPDX-License-Identifier: ISC */
/*
 * bindto.c - LD_PRELOAD shim: servers that can only listen on every address
 * listen on one. BINDTO=127.0.0.9 turns the wildcard address of each bind()
 * into that one; a wildcard IPv6 socket gets it as an IPv4-mapped address.
 */
#include <arpa/inet.h>
#include <dlfcn.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

int
bind(int fd, const struct sockaddr *sa, socklen_t len)
{
	int (*next)(int, const struct sockaddr *, socklen_t);
	const char *to = getenv("BINDTO");
	struct in_addr want;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	*(void **)&next = dlsym(RTLD_NEXT, "bind");
	if (to == NULL || inet_pton(AF_INET, to, &want) != 1)
		return next(fd, sa, len);
	if (sa->sa_family == AF_INET && len >= sizeof v4) {
		memcpy(&v4, sa, sizeof v4);
		if (v4.sin_addr.s_addr != htonl(INADDR_ANY))
			return next(fd, sa, len);
		v4.sin_addr = want;
		return next(fd, (struct sockaddr *)&v4, sizeof v4);
	}
	if (sa->sa_family == AF_INET6 && len >= sizeof v6) {
		const int off = 0;

		memcpy(&v6, sa, sizeof v6);
		if (!IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr))
			return next(fd, sa, len);
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof off);
		memset(&v6.sin6_addr, 0, sizeof v6.sin6_addr);
		v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
		memcpy(&v6.sin6_addr.s6_addr[12], &want, sizeof want);
		return next(fd, (struct sockaddr *)&v6, sizeof v6);
	}
	return next(fd, sa, len);
}
