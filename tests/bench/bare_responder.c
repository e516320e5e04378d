/* The yardstick of the door: libfcgi the usual way, four threads that each wait in FCGX_Accept_r() on one socket and
 * answer 204 to whatever comes.
 *     bare_responder SOCKET */
#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>

enum { THREADS = 4, BACKLOG = 4096 };

static int socket_fd;

static void *answer(void *unused)
{
    FCGX_Request request;
    FCGX_InitRequest(&request, socket_fd, 0);
    while (FCGX_Accept_r(&request) == 0) {
        FCGX_PutS("Status: 204 No Content\r\n\r\n", request.out);
        FCGX_Finish_r(&request);
    }
    return unused;
}

int main(int argc, char **argv)
{
    pthread_t thread[THREADS];
    if (argc != 2 || FCGX_Init() != 0 || (socket_fd = FCGX_OpenSocket(argv[1], BACKLOG)) < 0) {
        fprintf(stderr, "usage: bare_responder SOCKET\n");
        return 1;
    }
    for (int i = 0; i < THREADS; i++)
        if (pthread_create(&thread[i], NULL, answer, NULL) != 0)
            return 1;
    for (int i = 0; i < THREADS; i++)
        pthread_join(thread[i], NULL);
    return 0;
}
