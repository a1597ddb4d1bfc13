package io.godwit.monitors.hosts.libvirt;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.libvirt.LibvirtException;

/**
 * The native calls to one host, one after the other in a thread of their own, each with a time-out. A native call cannot be
 * interrupted: one that does not come back keeps its thread, which is abandoned and counted, and another thread goes on.
 * Few are abandoned at a time, so that a host that hangs for hours costs a few threads and not thousands.
 */
final class NativeCalls {
    static final int STUCK_MAX = 4; // at 5 libvirtd stops to read from a client, keepalive included

    private final String host;
    private final AtomicInteger stuck = new AtomicInteger();
    private ThreadPoolExecutor worker;
    private boolean closed;

    NativeCalls(String host) {
        this.host = host;
        this.worker = newWorker();
    }

    /** Calls that are stuck now. */
    int stuck() {
        return stuck.get();
    }

    /** @throws HostSilent if the call did not end in time, or too many are stuck already */
    <T> T call(String what, Duration limit, Callable<T> call) throws HostSilent, HypervisorError {
        Started<T> started = new Started<>(call);
        FutureTask<T> task = new FutureTask<>(started);
        ThreadPoolExecutor taker;
        synchronized (this) {
            if (closed) {
                throw new HostSilent("the link to " + host + " is closed");
            }
            if (stuck.get() >= STUCK_MAX) {
                throw new HostSilent(
                        "%d libvirt calls to %s hang; no further one is made until one of them returns, see libvirtd there"
                                .formatted(stuck.get(), host));
            }
            taker = worker;
            taker.execute(task);
        }
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException late) {
            taker.remove(task);
            if (started.abandon()) {
                abandon(taker);
            }
            throw new HostSilent(
                    "%s of %s took more than %d ms and was given up".formatted(what, host, limit.toMillis()), late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new HostSilent(what + " of " + host + " was interrupted", interrupted);
        } catch (ExecutionException failed) {
            throw unwrapped(what, failed.getCause());
        }
    }

    /** Carries out a last step in the worker, if that is free, and ends; never blocks. */
    synchronized void close(Runnable last) {
        if (!closed) {
            closed = true;
            worker.execute(last);
            worker.shutdown();
        }
    }

    private HostSilent unwrapped(String what, Throwable cause) throws HostSilent, HypervisorError {
        switch (cause) {
            case LibvirtException answered -> throw new HypervisorError(answered);
            case HypervisorError answered -> throw answered;
            case HostSilent unreachable -> throw unreachable;
            case RuntimeException bug -> throw bug;
            case Error fatal -> throw fatal;
            default -> throw new HostSilent(what + " of " + host + ": " + cause, cause);
        }
    }

    private synchronized void abandon(ThreadPoolExecutor blocked) {
        LibvirtMetrics.ABANDONED.inc();
        LibvirtMetrics.STUCK.inc();
        stuck.incrementAndGet();
        if (worker.equals(blocked) && !closed) {
            worker = newWorker();
        }
        blocked.shutdown(); // its thread ends when the call comes back
    }

    private ThreadPoolExecutor newWorker() {
        ThreadPoolExecutor made = new ThreadPoolExecutor(
                1,
                1,
                30,
                TimeUnit.SECONDS,
                new LinkedBlockingQueue<>(),
                task -> Thread.ofPlatform().daemon().name("libvirt-" + host).unstarted(task));
        made.allowCoreThreadTimeOut(true);
        return made;
    }

    /** Knows whether the call was given up while it ran, and takes it out of the count when it returns after all. */
    private final class Started<T> implements Callable<T> {
        private final Callable<T> call;
        private boolean running;
        private boolean abandoned;

        Started(Callable<T> call) {
            this.call = call;
        }

        @Override
        public T call() throws Exception {
            synchronized (this) {
                running = true;
            }
            try {
                return call.call();
            } finally {
                synchronized (this) {
                    running = false;
                    if (abandoned) {
                        stuck.decrementAndGet();
                        LibvirtMetrics.STUCK.dec();
                    }
                }
            }
        }

        /** Whether it runs, and so blocks its thread. */
        synchronized boolean abandon() {
            abandoned = running;
            return running;
        }
    }
}
