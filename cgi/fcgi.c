/* libfcgi under our own loop: a request struct whose connection is given, so that FCGX_Accept_r()
 * reads from it and never waits for another.  Its listening socket is none: when a connection ends
 * it must fail, not accept. */
#include "fcgi.h"

#include <fcgiapp.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "log.h"

enum { BACKLOG = 1024, NO_SOCKET = -1 };

struct fcgi {
    FCGX_Request request;
};

void fcgi_start(void)
{
    if (FCGX_Init() != 0)
        log_abort("libfcgi does not start");
}

bool fcgi_is_cgi(void)
{
    return FCGX_IsCGI();
}

/* The web server runs as another user of the same group. */
int fcgi_listen(const char *path_or_port)
{
    mode_t mask = umask(0117);
    int fd = FCGX_OpenSocket(path_or_port, BACKLOG);
    umask(mask);
    return fd;
}

struct fcgi *fcgi_new(int fd)
{
    struct fcgi *fcgi = calloc(1, sizeof *fcgi);
    if (!fcgi || FCGX_InitRequest(&fcgi->request, NO_SOCKET, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
        log_abort("out of memory: connection");
    fcgi->request.ipcFd = fd;
    fcgi->request.keepConnection = 1;
    return fcgi;
}

void fcgi_free(struct fcgi *fcgi)
{
    FCGX_Free(&fcgi->request, 1);
    free(fcgi);
}

int fcgi_fd(const struct fcgi *fcgi)
{
    return fcgi->request.ipcFd;
}

bool fcgi_read(struct fcgi *fcgi)
{
    return FCGX_Accept_r(&fcgi->request) == 0;
}

const char *const *fcgi_params(const struct fcgi *fcgi)
{
    return (const char *const *)fcgi->request.envp;
}

size_t fcgi_body(struct fcgi *fcgi, char *out, size_t most)
{
    size_t len = 0;
    int got;
    while (len < most && (got = FCGX_GetStr(out + len, (int)(most - len), fcgi->request.in)) > 0)
        len += (size_t)got;
    return len;
}

bool fcgi_send(struct fcgi *fcgi, const char *data, size_t len)
{
    bool sent = FCGX_PutStr(data, (int)len, fcgi->request.out) == (int)len;
    FCGX_Finish_r(&fcgi->request);
    return sent && fcgi->request.ipcFd >= 0;
}
