package io.godwit.executors.libvirt;

import io.godwit.executors.hypervisor.Act;
import io.godwit.executors.hypervisor.HostAddress;
import io.godwit.executors.hypervisor.Hypervisor;
import io.godwit.executors.hypervisor.Move;
import io.godwit.executors.migration.Mended;
import io.godwit.executors.migration.MoveEnd;
import io.godwit.executors.migration.MoveProgress;
import io.godwit.executors.migration.Objection;
import io.godwit.executors.migration.Presence;
import io.godwit.executors.migration.Sighting;
import io.godwit.monitors.hosts.libvirt.DomainStates;
import io.godwit.monitors.hosts.libvirt.HostLink;
import io.godwit.monitors.hosts.libvirt.HostSilent;
import io.godwit.monitors.hosts.libvirt.HypervisorError;
import io.godwit.monitors.hosts.libvirt.LibvirtConnection;
import io.godwit.monitors.hosts.libvirt.LibvirtHosts;
import io.godwit.monitors.hosts.libvirt.LibvirtSettings;
import io.godwit.schemas.units.Bandwidth;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.libvirt.Domain;
import org.libvirt.Domain.DomainMigrateParameters;
import org.libvirt.Domain.MigrateFlags;
import org.libvirt.LibvirtException;
import org.libvirt.TypedParameter;
import org.libvirt.TypedStringParameter;
import org.libvirt.TypedUlongParameter;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves VMs between hosts of libvirt, peer to peer: the hosts carry the move through even if this process dies. Each
 * migration has a thread of its own, as its call lasts and cannot be interrupted; looks go through the link's time-outs.
 */
public final class LibvirtHypervisor implements Hypervisor {
    private static final Logger LOG = LoggerFactory.getLogger(LibvirtHypervisor.class);
    private static final int JOB_RUNNING_BOUNDED = 1;
    private static final int JOB_RUNNING_UNBOUNDED = 2;

    private static final long ADOPTED_PAUSE_MILLIS = 500;

    /** Between two looks whether a copy has begun that is to go on by post-copy. */
    private static final long FIRST_PHASE_PAUSE_MILLIS = 100;

    private final LibvirtSettings settings;
    private final boolean sharedStorage;
    private final Function<HostAddress, String> migrationUri;
    private final Preflight preflight;
    private final LastingLinks lasting;
    private final ConcurrentMap<String, HostLink> links = new ConcurrentHashMap<>();

    /** Calls of this process that have not come back, by command. */
    private final ConcurrentMap<String, Call> calls = new ConcurrentHashMap<>();

    private final EndFigures figures = new EndFigures();

    private final ExecutorService threads = Executors.newCachedThreadPool(
            Thread.ofPlatform().daemon().name("libvirt-move-", 0).factory());

    /** A migration's call, and when it went on by post-copy; -1: it did not. */
    private static final class Call {
        final long begunNanos = System.nanoTime();
        volatile long switchedAfterMillis = -1;

        void switched() {
            switchedAfterMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos);
        }
    }

    /**
     * @param sharedStorage whether all hosts see the same disks; then libvirt's own doubt about that is overruled
     * @param migrationUri URI by which a source host reaches the libvirt of a target; differs from ours where that is a local
     *     socket
     */
    public LibvirtHypervisor(
            LibvirtSettings settings, boolean sharedStorage, Function<HostAddress, String> migrationUri) {
        this.settings = settings;
        this.sharedStorage = sharedStorage;
        this.migrationUri = migrationUri;
        this.lasting = new LastingLinks(settings);
        this.preflight = new Preflight(sharedStorage);
    }

    @Override
    public boolean takes(String uri) {
        return LibvirtHosts.isLibvirt(uri);
    }

    @Override
    public CompletableFuture<MoveEnd> migrate(Move move, BooleanSupplier permitted) {
        return CompletableFuture.supplyAsync(
                () -> {
                    Call call = new Call();
                    try {
                        return lasting.call(move.source(), source -> carriedOut(move, call, source, permitted));
                    } catch (LibvirtException said) {
                        return said.getError() != null
                                        && HypervisorError.OPERATION_ABORTED.equals(
                                                said.getError().getCode().name())
                                ? new MoveEnd(MoveEnd.Kind.ABORTED, said.getMessage(), -1, -1, -1)
                                : MoveEnd.failed(said.getMessage());
                    } catch (HostSilent | HypervisorError unreachable) {
                        return MoveEnd.failed(unreachable.getMessage());
                    } finally {
                        calls.remove(move.commandId(), call);
                    }
                },
                threads);
    }

    private MoveEnd carriedOut(Move move, Call call, LibvirtConnection source, BooleanSupplier permitted)
            throws LibvirtException {
        Domain domain = source.domainLookupByUUIDString(move.vmId());
        Optional<Arrival> arrival = Arrival.prepare(move, link(move.source()));
        if (!permitted.getAsBoolean()) {
            return MoveEnd.notMade();
        }
        calls.put(move.commandId(), call);
        figures.expect(move.vmId());
        if (move.postCopy()) {
            threads.execute(() -> switchOver(move, call, permitted));
        }
        try {
            domain.migrateToURI(migrationUri.apply(move.target()), parameters(move, arrival), flags(move));
            MoveEnd end = figures.of(move, link(move.target()));
            Arrival.settle(move, arrival, link(move.target()));
            return MoveEnd.moved(end.downtimeMillis(), end.transferredBytes(), call.switchedAfterMillis);
        } finally {
            figures.forget(move.vmId());
        }
    }

    /** As soon as the copy has begun, and not after its first pass: what the CPUs lack ends at the switch-over. */
    private void switchOver(Move move, Call call, BooleanSupplier permitted) {
        try {
            while (calls.get(move.commandId()) == call && sentBytes(move) == 0) {
                TimeUnit.MILLISECONDS.sleep(FIRST_PHASE_PAUSE_MILLIS);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return;
        }
        if (calls.get(move.commandId()) == call) {
            postCopy(move, permitted);
        }
    }

    private long sentBytes(Move move) {
        return progressOf(move).map(MoveProgress::transferredBytes).orElse(0L);
    }

    /** On a thread of its own: what saves memory lasts as long as a disk takes. */
    @Override
    public CompletableFuture<MoveEnd> act(Act act, BooleanSupplier permitted) {
        return CompletableFuture.supplyAsync(
                () -> {
                    try {
                        boolean made = lasting.call(
                                act.host(), connection -> LibvirtActions.carryOut(connection, act, permitted));
                        return made ? MoveEnd.moved(-1, -1) : MoveEnd.notMade();
                    } catch (HostSilent
                            | HypervisorError
                            | LibvirtException
                            | IllegalStateException
                            | IllegalArgumentException failed) {
                        return MoveEnd.failed(failed.getMessage());
                    }
                },
                threads);
    }

    @Override
    public CompletableFuture<MoveEnd> adopt(Move move) {
        return CompletableFuture.supplyAsync(
                () -> {
                    figures.expect(move.vmId());
                    try {
                        while (jobRunning(move).orElse(false)) {
                            TimeUnit.MILLISECONDS.sleep(ADOPTED_PAUSE_MILLIS);
                        }
                        MoveEnd end = figures.of(move, link(move.target()));
                        return new MoveEnd(MoveEnd.Kind.OVER, "", end.downtimeMillis(), end.transferredBytes(), -1);
                    } catch (InterruptedException interrupted) {
                        Thread.currentThread().interrupt();
                        return MoveEnd.failed("no longer followed");
                    } finally {
                        figures.forget(move.vmId());
                    }
                },
                threads);
    }

    @Override
    public CompletableFuture<Optional<MoveProgress>> progress(Move move) {
        return CompletableFuture.supplyAsync(() -> progressOf(move), threads);
    }

    private Optional<MoveProgress> progressOf(Move move) {
        Call call = calls.get(move.commandId());
        boolean switched = call != null && call.switchedAfterMillis >= 0;
        try {
            return link(move.source()).call("asking for progress", connection -> {
                TypedParameter[] stats =
                        connection.domainLookupByUUIDString(move.vmId()).getJobStats(0).stats;
                long total = EndFigures.number(stats, "memory_total", 0);
                long left = EndFigures.number(stats, "memory_remaining", total);
                int percent = total == 0 ? 0 : Math.toIntExact(Math.clamp((total - left) * 100 / total, 0, 100));
                return total == 0
                        ? Optional.<MoveProgress>empty()
                        : Optional.of(new MoveProgress(
                                percent,
                                EndFigures.number(stats, "memory_processed", 0),
                                switched,
                                Math.toIntExact(EndFigures.number(stats, "auto_converge_throttle", 0))));
            });
        } catch (HostSilent | HypervisorError unknown) {
            return Optional.empty();
        }
    }

    @Override
    public CompletableFuture<Sighting> where(Move move) {
        // the job is asked for first: one that ends in between shows its end at the hosts, one asked later might hide
        // it
        return CompletableFuture.supplyAsync(() -> jobRunning(move), threads)
                .thenComposeAsync(
                        running -> {
                            CompletableFuture<Presence> target =
                                    CompletableFuture.supplyAsync(() -> presence(move.target(), move.vmId()), threads);
                            // a source that does not tell its jobs in time tells nothing
                            Presence source =
                                    running.isEmpty() ? Presence.UNREACHABLE : presence(move.source(), move.vmId());
                            return target.thenApply(to -> new Sighting(source, to, running.orElse(false)));
                        },
                        threads);
    }

    @Override
    public CompletableFuture<Mended> mend(Move move, BooleanSupplier permitted) {
        return CompletableFuture.supplyAsync(
                () -> Aftermath.mend(move, link(move.source()), link(move.target()), permitted, () -> recover(move)),
                threads);
    }

    private void recover(Move move) throws LibvirtException, HostSilent, HypervisorError {
        lasting.call(move.source(), source -> {
            source.domainLookupByUUIDString(move.vmId())
                    .migrateToURI(
                            migrationUri.apply(move.target()),
                            parameters(move, Optional.empty()),
                            flags(move) | MigrateFlags.POSTCOPY | MigrateFlags.POSTCOPY_RESUME);
            return null;
        });
    }

    @Override
    public CompletableFuture<Optional<Objection>> objection(Move move) {
        return CompletableFuture.supplyAsync(
                () -> preflight.objection(
                        move.vmId(),
                        link(move.source()),
                        link(move.target()),
                        move.target().label()),
                threads);
    }

    @Override
    public void startPostCopy(Move move, BooleanSupplier permitted) {
        threads.execute(() -> postCopy(move, permitted));
    }

    /** Where that is refused, the copy goes on as it began. */
    private void postCopy(Move move, BooleanSupplier permitted) {
        try {
            boolean begun = link(move.source()).call("going on by post-copy", connection -> {
                boolean may = permitted.getAsBoolean();
                if (may) {
                    connection.startPostCopy(move.vmId());
                }
                return may;
            });
            Call call = calls.get(move.commandId());
            if (begun && call != null) {
                call.switched();
            }
        } catch (HostSilent | HypervisorError failed) {
            LOG.atWarn()
                    .addKeyValue("command", move.commandId())
                    .addKeyValue("why", failed.getMessage())
                    .log("a migration does not go on by post-copy");
        }
    }

    @Override
    public void abort(Move move, BooleanSupplier permitted) {
        threads.execute(() -> {
            try {
                link(move.source()).call("calling a migration off", connection -> {
                    Domain domain = connection.domainLookupByUUIDString(move.vmId());
                    return permitted.getAsBoolean() ? domain.abortJob() : 0;
                });
            } catch (HostSilent | HypervisorError failed) {
                LOG.atWarn()
                        .addKeyValue("command", move.commandId())
                        .addKeyValue("why", failed.getMessage())
                        .log("a migration could not be called off");
            }
        });
    }

    @Override
    public void close() {
        threads.shutdown();
        links.values().forEach(HostLink::close);
        lasting.close();
    }

    private Presence presence(HostAddress host, String vmId) {
        try {
            return link(host).call("looking for a VM", connection -> {
                LibvirtConnection.Condition condition = connection.condition(vmId);
                if (Remedy.isHalf(condition)) {
                    return Presence.HALF; // libvirt calls it running
                }
                return switch (DomainStates.stateOf(condition.state())) {
                    case RUNNING, BLOCKED -> Presence.RUNNING;
                    case PAUSED, SUSPENDED, MIGRATING_IN, UNKNOWN -> Presence.PAUSED;
                    case SHUT_OFF, CRASHED -> Presence.OFF;
                };
            });
        } catch (HypervisorError said) {
            return said.code().equals(HypervisorError.NO_DOMAIN) ? Presence.ABSENT : Presence.UNREACHABLE;
        } catch (HostSilent unreachable) {
            return Presence.UNREACHABLE;
        }
    }

    /** Empty where the source does not answer. */
    private Optional<Boolean> jobRunning(Move move) {
        try {
            return Optional.of(link(move.source()).call("looking for a migration", connection -> {
                int type = connection.domainLookupByUUIDString(move.vmId()).getJobStats(0).type;
                // libvirt goes on calling a post-copy that broke off a job that runs
                return (type == JOB_RUNNING_BOUNDED || type == JOB_RUNNING_UNBOUNDED)
                        && !Remedy.brokeOff(connection.condition(move.vmId()));
            }));
        } catch (HypervisorError none) { // no such VM; or the test driver, which knows no jobs
            return Optional.of(false);
        } catch (HostSilent silent) {
            return Optional.empty();
        }
    }

    private HostLink link(HostAddress host) {
        return links.computeIfAbsent(host.uri(), uri -> new HostLink(host.label(), uri, settings, figures));
    }

    /** Never empty: the binding fails on an empty array. libvirt reads bandwidth 0 as "no limit given". */
    private static TypedParameter[] parameters(Move move, Optional<Arrival> arrival) {
        long mebibytes = move.bytesPerSecondMax() == 0
                ? 0
                : new Bandwidth(move.bytesPerSecondMax()).toLibvirtMebibytesPerSecond();
        List<TypedParameter> parameters = new ArrayList<>();
        parameters.add(new TypedUlongParameter(DomainMigrateParameters.VIR_MIGRATE_PARAM_BANDWIDTH, mebibytes));
        arrival.ifPresent(as -> {
            parameters.add(new TypedStringParameter(DomainMigrateParameters.VIR_MIGRATE_PARAM_DEST_XML, as.running()));
            parameters.add(
                    new TypedStringParameter(DomainMigrateParameters.VIR_MIGRATE_PARAM_PERSIST_XML, as.defined()));
        });
        return parameters.toArray(TypedParameter[]::new);
    }

    private int flags(Move move) {
        return MigrateFlags.LIVE
                | MigrateFlags.PEER2PEER
                | MigrateFlags.PERSIST_DEST
                | MigrateFlags.UNDEFINE_SOURCE
                | (sharedStorage ? MigrateFlags.UNSAFE : 0)
                | (move.postCopy() || move.switchable() ? MigrateFlags.POSTCOPY : 0)
                | (move.autoConverge() ? MigrateFlags.AUTO_CONVERGE : 0)
                | (move.staysPaused() ? MigrateFlags.PAUSED : 0);
    }
}
