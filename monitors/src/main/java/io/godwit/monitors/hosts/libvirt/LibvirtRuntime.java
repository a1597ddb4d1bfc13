package io.godwit.monitors.hosts.libvirt;

import com.sun.jna.NativeLibrary;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.libvirt.Connect;
import org.libvirt.ErrorCallback;
import org.libvirt.Library;
import org.libvirt.LibvirtException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * libvirt within this process: its library, its one event loop, and the way out of the loop. libvirt wants the loop before
 * the first connection, and a callback that blocks costs the connection (seen: closed by keepalive after 12 s), so callbacks
 * only put a step into a bounded queue, which a thread of its own carries out.
 */
final class LibvirtRuntime {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtRuntime.class);
    private static final int EVENTS_WAITING_MAX = 1 << 16;

    private static LibvirtRuntime running;

    /** libvirt holds only a native pointer to it, so somebody must keep it; without it libvirt prints errors on stderr. */
    private final ErrorCallback quiet = new ErrorCallback();

    private final BlockingQueue<Runnable> events = new ArrayBlockingQueue<>(EVENTS_WAITING_MAX);
    private final AtomicLong dropped = new AtomicLong();

    private LibvirtRuntime() {}

    /** The runtime, started by the first call. Throws LibvirtMissing where libvirt is not installed. */
    static synchronized LibvirtRuntime start() {
        if (running != null) {
            return running;
        }
        LibvirtRuntime runtime = new LibvirtRuntime();
        try {
            NativeLibrary.getInstance("virt");
            Library.initEventLoop();
            Connect.setErrorCallback(runtime.quiet);
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | ExceptionInInitializerError missing) {
            throw new LibvirtMissing(missing);
        } catch (LibvirtException refused) {
            throw new IllegalStateException("libvirt's event loop cannot be set up: " + refused.getMessage(), refused);
        }
        Thread.ofPlatform().daemon().name("libvirt-loop").start(runtime::loop);
        Thread.ofPlatform().daemon().name("libvirt-events").start(runtime::carryOut);
        running = runtime;
        return runtime;
    }

    /** For callbacks: takes a step, never blocks. A full queue means that a consumer of events hangs: told and counted. */
    void enqueue(Runnable step) {
        if (!events.offer(step) && dropped.getAndIncrement() == 0) {
            LOG.atError()
                    .addKeyValue("waiting", EVENTS_WAITING_MAX)
                    .log("libvirt events are being dropped: who takes them hangs; restart this process");
        }
    }

    private void loop() {
        while (true) {
            try {
                Library.processEvent();
            } catch (LibvirtException | RuntimeException failed) {
                LOG.atWarn().setCause(failed).log("one round of libvirt's event loop failed");
                pause();
            }
        }
    }

    private void carryOut() {
        while (true) {
            try {
                events.take().run();
            } catch (InterruptedException | RuntimeException failed) {
                LOG.atError().setCause(failed).log("a libvirt event could not be passed on");
            }
        }
    }

    /** So that a loop that fails again and again does not eat a core. */
    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(100);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
