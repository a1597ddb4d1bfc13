package io.godwit.overlaysync;

import io.godwit.overlaysync.kafka.OverlayInput;
import io.godwit.overlaysync.kafka.OverlayOutput;
import io.godwit.overlaysync.vivaldi.Announcements;
import io.godwit.overlaysync.vivaldi.Coordinate;
import io.godwit.overlaysync.vivaldi.NetworkMap;
import io.godwit.overlaysync.witness.Answer;
import io.godwit.overlaysync.witness.Reachability;
import io.godwit.overlaysync.witness.Witness;
import io.godwit.schemas.events.CoordinateAnnounced;
import io.godwit.schemas.events.HostJoined;
import io.godwit.schemas.events.HostLost;
import io.godwit.schemas.events.ProbeAnswered;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.service.Health;
import io.godwit.schemas.service.Service;
import java.util.HashSet;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The second witness and the map of a site: probes the hosts of its segments, says where a host's answer changed, and turns
 * round trips into coordinates. One thread holds all state; probes run beside it.
 */
public final class OverlayService implements Service {
    private static final Logger LOG = LoggerFactory.getLogger(OverlayService.class);
    private static final long FAILURE_PAUSE_MILLIS = 1000;

    private final OverlayConfig config;
    private final SiteKafka kafka;
    private final Slot slot;
    private final Reachability reachability;
    private final OverlayMetrics metrics = OverlayMetrics.shared();
    private final Witness witness;
    private final NetworkMap map = new NetworkMap();
    private final Announcements announcements;
    private final Queue<Probed> answers = new ConcurrentLinkedQueue<>();
    private final ExecutorService probes = Executors.newVirtualThreadPerTaskExecutor();
    private final Semaphore probesAllowed;
    private final Thread thread;
    private Map<String, HostJoined> own = Map.of();
    private Set<String> foreign = Set.of();
    private long announceDueMillis;
    private volatile boolean closing;
    private volatile Health health = Health.starting("joins its group");

    /** One probe that came back. */
    private record Probed(HostJoined host, Answer answer) {}

    private OverlayService(OverlayConfig config, KafkaSettings settings, Slot slot, Reachability reachability) {
        this.config = config;
        this.kafka = new SiteKafka(settings);
        this.slot = slot;
        this.reachability = reachability;
        this.witness = new Witness(
                config.probePeriod().toMillis(),
                config.silentProbePeriod().toMillis(),
                config.roundTripPeriod().toMillis());
        this.announcements = new Announcements(config.announceAgain().toMillis());
        this.probesAllowed = new Semaphore(config.concurrentProbes());
        this.thread = Thread.ofPlatform().name(slot.toString()).unstarted(this::run);
    }

    /** Starts watching the segments that the group gives to this slot. */
    public static OverlayService start(OverlayConfig config, KafkaSettings own, Slot slot, Reachability reachability) {
        OverlayService service = new OverlayService(config, own, slot, reachability);
        service.thread.start();
        return service;
    }

    @Override
    public String name() {
        return "overlay";
    }

    @Override
    public Health health() {
        return health;
    }

    @Override
    public void close() {
        closing = true;
        try {
            thread.join(TimeUnit.SECONDS.toMillis(15));
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        probes.shutdownNow();
    }

    private void run() {
        while (!closing) {
            try (OverlayInput input =
                            new OverlayInput(kafka, slot, config.announceAgain().multipliedBy(2));
                    OverlayOutput output = new OverlayOutput(kafka, slot)) {
                while (!closing) {
                    step(input, output);
                }
            } catch (RuntimeException failed) {
                if (!closing) {
                    health = Health.starting("lost its input and joins again: " + failed.getMessage());
                    LOG.atWarn().addKeyValue("slot", slot).setCause(failed).log("overlay lost its input, joins again");
                    pause();
                }
            }
        }
    }

    private void step(OverlayInput input, OverlayOutput output) {
        if (input.poll()) {
            placeHosts(input);
        }
        for (LogRecord record = input.next(); record != null; record = input.next()) {
            SpecificRecord event = input.decode(record, output);
            if (event != null) {
                observe(event);
            }
        }
        for (Probed probed = answers.poll(); probed != null; probed = answers.poll()) {
            answered(probed, output);
        }
        for (HostJoined host : witness.due(nowMillis())) {
            probe(host);
        }
        announce(output);
        metrics.watched(kafka.site(), witness.hosts(), witness.silent());
        if (input.ready()) {
            health = Health.ready("watches " + witness.hosts() + " hosts in " + input.segments() + " segments");
        }
    }

    private void placeHosts(OverlayInput input) {
        Map<String, HostJoined> mine = new TreeMap<>();
        Set<String> others = new HashSet<>();
        input.hosts().forEach((id, entry) -> {
            if (input.owns(entry.joined().getSegment())) {
                mine.put(id, entry.joined());
            } else {
                others.add(id);
            }
        });
        own = mine;
        foreign = others;
        witness.watch(mine.values(), nowMillis());
    }

    private void observe(SpecificRecord event) {
        switch (event) {
            case HostLost lost -> witness.lost(lost.getHostId(), nowMillis());
            case RoundTrip trip
            when trip.getRoundTripMicros() > 0 ->
                map.measured(trip.getFromId(), trip.getToId(), trip.getRoundTripMicros(), foreign);
            case CoordinateAnnounced announced -> {
                boolean news = !own.containsKey(announced.getHostId()) || !map.knows(announced.getHostId());
                Coordinate coordinate = coordinate(announced);
                if (news) { // of a host of ours the map itself knows better, once it knows anything
                    map.place(announced.getHostId(), coordinate);
                    announcements.announced(announced.getHostId(), coordinate, nowMillis());
                }
            }
            default -> {} // nothing else is asked for
        }
    }

    private void probe(HostJoined host) {
        probes.execute(() -> {
            try {
                probesAllowed.acquire();
                try {
                    answers.add(new Probed(host, reachability.probe(host)));
                } finally {
                    probesAllowed.release();
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException failed) {
                answers.add(new Probed(host, new Answer.Silent(String.valueOf(failed.getMessage()))));
            }
        });
    }

    private void answered(Probed probed, OverlayOutput output) {
        HostJoined host = probed.host;
        Witness.Written written = witness.answered(host.getHostId(), probed.answer, nowMillis());
        long roundTripMicros = probed.answer instanceof Answer.Answered answered ? answered.roundTripMicros() : -1;
        if (!(probed.answer instanceof Answer.Unaddressed)) {
            metrics.probed(kafka.site(), roundTripMicros >= 0, roundTripMicros);
        }
        written.answered()
                .ifPresent(says -> output.write(
                        host, new ProbeAnswered(host.getHostId(), slot.toString(), says, roundTripMicros)));
        if (written.roundTrip()) {
            // read back from the log like any other, so that all owners of the map see the same measurements
            output.write(
                    host,
                    new RoundTrip(slot.toString(), host.getHostId(), Math.max(1, roundTripMicros), slot.toString()));
        }
    }

    private void announce(OverlayOutput output) {
        long now = nowMillis();
        if (now < announceDueMillis) {
            return;
        }
        announceDueMillis = now + config.announcePeriod().toMillis();
        for (String id : announcements.due(map, own.keySet(), now)) {
            output.write(own.get(id), map.of(id).announcedFor(id));
            metrics.announced(kafka.site());
        }
    }

    private static Coordinate coordinate(CoordinateAnnounced announced) {
        return new Coordinate(
                announced.getXMicros(),
                announced.getYMicros(),
                announced.getHeightMicros(),
                announced.getErrorPermille() * 1000);
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(FAILURE_PAUSE_MILLIS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }

    /** Of a clock that never goes back; probing does not follow the time of day. */
    private static long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }
}
