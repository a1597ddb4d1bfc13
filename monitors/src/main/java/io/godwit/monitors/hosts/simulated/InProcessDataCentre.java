package io.godwit.monitors.hosts.simulated;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.model.DataCentreModel;
import io.godwit.monitors.hosts.simulated.model.Happening;
import io.godwit.monitors.hosts.simulated.model.RoundTrips;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The simulated data centre of this process: the model under a lock, and one thread that lets time pass and tells what
 * happens. Listeners and waiters are called in that thread alone, outside the lock, in order.
 */
public final class InProcessDataCentre implements DataCentre, DataCentreFaults {
    private static final Logger LOG = LoggerFactory.getLogger(InProcessDataCentre.class);

    private final DataCentreModel model;
    private final RoundTrips roundTrips;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Queue<Happening> untold = new ArrayDeque<>();
    private final Map<String, List<Consumer<HostEvent>>> listeners = new ConcurrentHashMap<>();
    private final Map<String, CompletableFuture<MigrationResult>> waiting = new HashMap<>();
    private boolean closed;

    /** @param clock the same that gave the model its first moment */
    public InProcessDataCentre(DataCentreModel model, RoundTrips roundTrips, InstantSource clock) {
        this.model = model;
        this.roundTrips = roundTrips;
        this.clock = clock;
        Thread.ofPlatform().daemon().name("simulated-hosts").start(this::letTimePass);
    }

    @Override
    public HostReading read(String hostId) throws HostUnreachable {
        lock.lock();
        try {
            advance();
            return model.read(hostId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public HostDescription describe(String hostId) throws HostUnreachable {
        lock.lock();
        try {
            advance();
            return model.describe(hostId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Listening listen(String hostId, Consumer<HostEvent> events) {
        List<Consumer<HostEvent>> ofHost = listeners.computeIfAbsent(hostId, _ -> new CopyOnWriteArrayList<>());
        ofHost.add(events);
        return () -> ofHost.remove(events);
    }

    @Override
    public long roundTripMicros(String fromId, String toHostId) throws HostUnreachable {
        lock.lock();
        try {
            advance();
            model.checkReachable(toHostId);
        } finally {
            lock.unlock();
        }
        return roundTrips.micros(fromId, toHostId);
    }

    @Override
    public CompletableFuture<MigrationResult> migrate(MigrationAsk ask) {
        lock.lock();
        try {
            advance();
            Optional<Happening> end = model.migrate(ask);
            if (end.isEmpty()) {
                changed.signal(); // the timer may have to wake earlier
                return waiting.computeIfAbsent(ask.commandId(), _ -> new CompletableFuture<>())
                        .copy();
            }
            CompletableFuture<MigrationResult> known = new CompletableFuture<>();
            complete(known, end.get());
            return known;
        } catch (HostUnreachable unreachable) {
            return CompletableFuture.failedFuture(unreachable);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void startPostCopy(String commandId) {
        change(() -> model.startPostCopy(commandId));
    }

    @Override
    public String act(ActionKind action, String vmId, String hostId) throws HostUnreachable {
        lock.lock();
        try {
            advance();
            String wrong = model.act(action, vmId, hostId);
            take();
            changed.signal();
            return wrong;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void fence(String hostId) {
        change(() -> model.fence(hostId));
    }

    @Override
    public void cancel(String commandId) {
        change(() -> model.cancel(commandId));
    }

    @Override
    public Optional<MigrationProgress> progress(String commandId) {
        lock.lock();
        try {
            advance();
            return model.progress(commandId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Map<String, VmState> where(String vmId) {
        lock.lock();
        try {
            advance();
            return model.where(vmId);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void crashHost(String hostId, Duration down) {
        change(() -> model.crash(hostId, down.isZero() ? Long.MAX_VALUE : down.toNanos() / 1000));
    }

    @Override
    public void restoreHost(String hostId) {
        change(() -> model.restore(hostId));
    }

    @Override
    public void killVm(String vmId) {
        change(() -> model.killVm(vmId));
    }

    @Override
    public void startVm(String vmId) {
        change(() -> model.startVm(vmId));
    }

    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            advance();
            change.run();
            take();
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    private void advance() {
        long now = nowMicros();
        boolean due = now >= model.nextMicros();
        model.advance(now);
        if (due) {
            take();
            changed.signal();
        }
    }

    private void take() {
        untold.addAll(model.takeHappenings());
    }

    private void letTimePass() {
        lock.lock();
        try {
            take(); // what the model found due at its first moment
            while (!closed) {
                advance();
                if (!untold.isEmpty()) {
                    tell(untold.remove());
                } else if (model.nextMicros() == Long.MAX_VALUE) {
                    changed.await();
                } else {
                    long micros = Math.max(1, model.nextMicros() - nowMicros());
                    changed.await(micros, TimeUnit.MICROSECONDS);
                }
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Called with the lock held; gives it up while it calls others. */
    private void tell(Happening happening) {
        CompletableFuture<MigrationResult> waiter = switch (happening) {
            case Happening.Told _ -> null;
            case Happening.MigrationEnded ended -> waiting.remove(ended.commandId());
            case Happening.SourceLost lost -> waiting.remove(lost.commandId());
        };
        lock.unlock();
        try {
            if (happening instanceof Happening.Told(HostEvent event)) {
                listeners.getOrDefault(event.hostId(), List.of()).forEach(listener -> listener.accept(event));
            } else if (waiter != null) {
                complete(waiter, happening);
            }
        } catch (RuntimeException failed) {
            LOG.atError()
                    .addKeyValue("happening", happening)
                    .setCause(failed)
                    .log("a listener of simulated hosts failed");
        } finally {
            lock.lock();
        }
    }

    private static void complete(CompletableFuture<MigrationResult> waiter, Happening end) {
        switch (end) {
            case Happening.MigrationEnded ended -> waiter.complete(ended.result());
            case Happening.SourceLost lost -> waiter.completeExceptionally(new HostUnreachable(lost.detail()));
            case Happening.Told _ -> throw new IllegalStateException("a host's word ends no migration");
        }
    }

    private long nowMicros() {
        return DataCentres.micros(clock.instant());
    }
}
