package io.godwit.ittests.lab;

import io.godwit.ittests.kills.LogWatch;
import io.godwit.ittests.kills.ServiceProcess;
import io.godwit.ittests.kills.TestSite;
import io.godwit.ops.cli.HostJoins;
import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.Decision;
import io.godwit.schemas.events.MigrateVm;
import io.godwit.schemas.events.MigrationMode;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.Topic;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;

/** Two real hosts, a broker, and an executor in a process of its own that moves one guest between them. */
final class LabPair implements AutoCloseable {
    static final String VM = "vm1-1";

    private static final Slot SLOT = new Slot("executor", "1");
    private static final int HOSTS = 2;

    private final Lab lab;
    private final TestSite site;
    private final LogWatch log;
    private final Map<String, Integer> segments;
    private final List<String> hostIds;
    private final String vmId;
    private ServiceProcess executor;
    private boolean closed;

    private LabPair(Lab lab, TestSite site) {
        this.lab = lab;
        this.site = site;
        this.vmId = lab.uuid(VM);
        this.hostIds = List.of(hostId(1), hostId(2));
        this.segments = site.join(Stream.of(1, 2)
                .map(host -> new HostJoins.Wanted(hostIds.get(host - 1), "r1", "h" + host, lab.uri(host)))
                .toList());
        site.mode("auto");
        this.log = new LogWatch(site, Topic.OUTCOMES);
        startExecutor();
    }

    /** @param test whose name the folder of what its processes say has */
    static LabPair start(Path folder, Class<?> test) throws IOException {
        Lab lab = Lab.up(HOSTS, 1);
        try {
            return new LabPair(lab, TestSite.start(folder, test, 1));
        } catch (IOException | RuntimeException | Error failed) {
            lab.close();
            throw failed;
        }
    }

    Lab lab() {
        return lab;
    }

    TestSite site() {
        return site;
    }

    LogWatch log() {
        return log;
    }

    String vmId() {
        return vmId;
    }

    /** Number of a host of the lab by its id; 0: it has none of that id. */
    int hostOf(String hostId) {
        return hostIds.indexOf(hostId) + 1;
    }

    void startExecutor() {
        executor = ServiceProcess.start(site, SLOT, LabExecutorMain.class);
    }

    boolean executorLives() {
        return executor.lives();
    }

    /** SIGKILL. */
    void killExecutor() throws InterruptedException {
        executor.kill();
    }

    /** Appends the command to move the guest from one host to the other; returns where it stands in the log. */
    RecordMetadata give(String id, int source, int target, boolean postCopy, long bytesPerSecond)
            throws ExecutionException, InterruptedException {
        String sourceId = hostIds.get(source - 1);
        int segment = segments.get(sourceId);
        MigrateVm command = MigrateVm.newBuilder()
                .setDecision(new Decision(segment, 1L))
                .setCommandId(id)
                .setPartitionId("p-0-1")
                .setPlan(new Decision(segment, 1L))
                .setDetectionId("d")
                .setDetection(new Position(Topic.DETECTIONS.stage(), segment, 0L, "", ""))
                .setVmId(vmId)
                .setSourceHostId(sourceId)
                .setTargetHostId(hostIds.get(target - 1))
                .setTargetSegment(segment)
                .setSourceEpoch(1L)
                .setTargetEpoch(1L)
                .setMode(postCopy ? MigrationMode.POST_COPY : MigrationMode.PRE_COPY)
                .setBytesPerSecondMax(bytesPerSecond)
                .setStartBefore(Instant.now().plusSeconds(600))
                .setEstimatedMillis(5_000L)
                .setReason("test")
                .build();
        return site.append(Topic.COMMANDS, segment, sourceId, command).get();
    }

    /** Whether that is the final outcome of a command. */
    static boolean isEnd(LogWatch.Seen seen, String id) {
        return switch (seen.event()) {
            case CommandSucceeded event -> event.getCommandId().equals(id);
            case CommandFailed event -> event.getCommandId().equals(id);
            case CommandRefused event -> event.getCommandId().equals(id);
            case CommandAborted event -> event.getCommandId().equals(id);
            case null, default -> false;
        };
    }

    private String hostId(int host) {
        String capabilities = lab.run("virsh", Integer.toString(host), "capabilities");
        return capabilities.replaceFirst("(?s).*?<uuid>([^<]*)</uuid>.*", "$1");
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            executor.close();
            log.close();
            site.close();
            lab.close();
        }
    }
}
