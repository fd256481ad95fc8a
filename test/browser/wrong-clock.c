/*
 * A program that loads this first finds the clock on the wall WRONG_CLOCK_BY seconds ahead; what only measures time goes on as
 * it is. `faketime` does so, too, but with it Chromium takes three quarters of a minute to begin.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long ahead(void) {
  const char *seconds = getenv("WRONG_CLOCK_BY");
  return seconds ? atol(seconds) : 0;
}

int clock_gettime(clockid_t clock, struct timespec *at) {
  long failed = syscall(SYS_clock_gettime, clock, at);
  if (!failed && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) at->tv_sec += ahead();
  return (int)failed;
}

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  at->tv_sec = now.tv_sec;
  at->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *at) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (at) *at = now.tv_sec;
  return now.tv_sec;
}

typedef int wait_until(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

/* Who waits until an instant on the wall means one of the wrong clock, and the system takes it for one of its own. */
int pthread_cond_timedwait(pthread_cond_t *restrict it, pthread_mutex_t *restrict lock, const struct timespec *restrict until) {
  static wait_until *real;
  struct timespec right = *until;
  if (!real) real = (wait_until *)dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2");
  if (!real) real = (wait_until *)dlsym(RTLD_NEXT, "pthread_cond_timedwait");
  /* Instants of a clock that only measures time are seconds since the machine began: decades less. */
  if (right.tv_sec > 1000000000) right.tv_sec -= ahead();
  return real(it, lock, &right);
}
