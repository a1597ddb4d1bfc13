package io.godwit.ittests.executors;

import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.VmState;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A data centre whose hosts all answer and whose migrations end when the test says so. */
final class OpenDataCentre implements DataCentre {
    private record Running(String vmId, String target, CompletableFuture<MigrationResult> end) {}

    private final Map<String, String> hostOfVm = new TreeMap<>();
    private final Map<String, Running> migrations = new LinkedHashMap<>();

    synchronized void place(String vmId, String hostId) {
        hostOfVm.put(vmId, hostId);
    }

    /** Waits until a migration is begun; false if that does not happen in time. */
    synchronized boolean awaitBegun(String commandId, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!migrations.containsKey(commandId)) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    synchronized void finish(String commandId) {
        Running running = migrations.get(commandId);
        hostOfVm.put(running.vmId(), running.target());
        running.end().complete(new MigrationResult(true, "", 9_200, 31, 1 << 30, -1));
    }

    @Override
    public synchronized CompletableFuture<MigrationResult> migrate(MigrationAsk ask) {
        notifyAll();
        return migrations
                .computeIfAbsent(
                        ask.commandId(), _ -> new Running(ask.vmId(), ask.targetHostId(), new CompletableFuture<>()))
                .end()
                .copy();
    }

    @Override
    public void startPostCopy(String commandId) {}

    @Override
    public String act(ActionKind action, String vmId, String hostId) {
        return "";
    }

    @Override
    public void fence(String hostId) {}

    @Override
    public void cancel(String commandId) {}

    @Override
    public synchronized Optional<MigrationProgress> progress(String commandId) {
        return Optional.ofNullable(migrations.get(commandId))
                .map(running -> new MigrationProgress(50, 1 << 20, running.end().isDone(), false, 0));
    }

    @Override
    public synchronized Map<String, VmState> where(String vmId) {
        String host = hostOfVm.get(vmId);
        return host == null ? Map.of() : Map.of(host, VmState.RUNNING);
    }

    @Override
    public long roundTripMicros(String fromId, String toHostId) {
        return 200;
    }

    @Override
    public HostReading read(String hostId) throws HostUnreachable {
        throw new HostUnreachable("nobody samples here");
    }

    @Override
    public HostDescription describe(String hostId) throws HostUnreachable {
        throw new HostUnreachable("nobody samples here");
    }

    @Override
    public Listening listen(String hostId, Consumer<HostEvent> events) {
        return () -> {};
    }

    @Override
    public void close() {}
}
