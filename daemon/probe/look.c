/* SPDX-License-Identifier: ISC */
/* look.c - addresses in an order to look. */
#include "look.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

bool
look_parse_address(const char *literal, struct sockaddr_storage *out)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, literal, &v4.sin_addr) == 1) {
		memcpy(out, &v4, sizeof(v4));
		return true;
	}
	if (inet_pton(AF_INET6, literal, &v6.sin6_addr) == 1) {
		memcpy(out, &v6, sizeof(v6));
		return true;
	}
	return false;
}

void
look_set_address(struct look *l, const struct sockaddr_storage *address,
    uint16_t port)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	l->address = *address;
	if (address->ss_family == AF_INET) {
		memcpy(&v4, address, sizeof(v4));
		v4.sin_port = htons(port);
		memcpy(&l->address, &v4, sizeof(v4));
		l->address_len = sizeof(v4);
	} else {
		memcpy(&v6, address, sizeof(v6));
		v6.sin6_port = htons(port);
		memcpy(&l->address, &v6, sizeof(v6));
		l->address_len = sizeof(v6);
	}
}
