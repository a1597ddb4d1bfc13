package io.godwit.monitors.kafka;

import io.godwit.monitors.Endpoint;
import io.godwit.monitors.MonitorMetrics;
import io.godwit.monitors.watch.Membership;
import io.godwit.monitors.watch.Observations;
import io.godwit.monitors.watch.TcpRoundTrip;
import io.godwit.schemas.events.RoundTrip;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.kafka.Slot;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.MemberDescription;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Round trips to the other monitors of a site. Each monitor listens, and its client id carries the address; the members of
 * the group are asked of the broker.
 */
public final class OtherMonitors implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(OtherMonitors.class);
    private static final char BEFORE_ADDRESS = '/';

    private final SiteKafka kafka;
    private final Slot slot;
    private final ServerSocket listener;
    private final Duration period;
    private Thread measuring;

    /**
     * Listens.
     *
     * @throws IOException where the address cannot be listened at
     */
    public OtherMonitors(SiteKafka kafka, Slot slot, InetSocketAddress listen, Duration period) throws IOException {
        this.kafka = kafka;
        this.slot = slot;
        this.period = period;
        this.listener = new ServerSocket();
        listener.bind(listen);
        Thread.ofPlatform().daemon().name("round-trips-" + slot).start(this::answer);
    }

    /** Where this monitor listens. */
    public String endpoint() {
        return Endpoint.of((InetSocketAddress) listener.getLocalSocketAddress());
    }

    /** The client id by which others find the address. */
    public String clientId() {
        return slot + "@" + kafka.site() + BEFORE_ADDRESS + endpoint();
    }

    /** Begins to measure. */
    public void start(Membership membership, Observations observations) {
        measuring = Thread.ofPlatform().daemon().name("other-monitors-" + slot).start(() -> {
            try {
                while (!listener.isClosed()) {
                    Thread.sleep(period);
                    measure(membership, observations);
                }
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void measure(Membership membership, Observations observations) throws InterruptedException {
        Set<Integer> segments = membership.segments();
        if (segments.isEmpty()) {
            return;
        }
        int segment = segments.iterator().next();
        try (Admin admin = kafka.admin()) {
            String group = slot.group(kafka.site());
            for (MemberDescription member : admin.describeConsumerGroups(List.of(group))
                    .all()
                    .get()
                    .get(group)
                    .members()) {
                String other = member.groupInstanceId().orElse("");
                int address = member.clientId().indexOf(BEFORE_ADDRESS);
                if (address < 0 || other.isEmpty() || other.equals(slot.toString())) {
                    continue;
                }
                OptionalLong micros = TcpRoundTrip.measure(
                        Endpoint.parse("client id", member.clientId().substring(address + 1)));
                if (micros.isPresent() && membership.owns(segment, System.nanoTime())) {
                    MonitorMetrics.ROUND_TRIPS.inc();
                    observations.passing(
                            segment,
                            slot.toString(),
                            new RoundTrip(slot.toString(), other, Math.max(1, micros.getAsLong()), slot.toString()));
                }
            }
        } catch (ExecutionException | KafkaException | IllegalArgumentException failed) {
            LOG.atDebug().addKeyValue("slot", slot).setCause(failed).log("the other monitors were not found this time");
        }
    }

    private void answer() {
        while (!listener.isClosed()) {
            try (Socket connected = listener.accept()) {
                connected.setSoLinger(true, 0); // nothing is said, so nothing has to wait for its end
            } catch (SocketException closed) {
                if (!listener.isClosed()) {
                    LOG.atDebug().setCause(closed).log("a connect from another monitor failed");
                }
            } catch (IOException failed) {
                LOG.atDebug().setCause(failed).log("a connect from another monitor failed");
            }
        }
    }

    @Override
    public void close() {
        if (measuring != null) {
            measuring.interrupt();
        }
        try {
            listener.close();
        } catch (IOException ignored) {
            // it is closed, whatever it says
        }
    }
}
