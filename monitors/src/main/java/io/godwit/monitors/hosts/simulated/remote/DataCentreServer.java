package io.godwit.monitors.hosts.simulated.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.monitors.Endpoint;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.monitors.hosts.simulated.DataCentre.MigrationAsk;
import io.godwit.monitors.hosts.simulated.InProcessDataCentre;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.HostSampled;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Lets other processes use the data centre of this one. Does not close it. */
public final class DataCentreServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DataCentreServer.class);

    /** A caller that has left so many answers unread is cut off. */
    private static final int ANSWERS_MAX = 200_000;

    private static final Duration ACCEPT_ENDS_WITHIN = Duration.ofSeconds(5);

    private final InProcessDataCentre dataCentre;
    private final ServerSocket listener = new ServerSocket();
    private final Thread accepting;
    private final Set<Caller> callers = ConcurrentHashMap.newKeySet();

    /**
     * Listens and serves.
     *
     * @throws IOException where the address cannot be listened at
     */
    public DataCentreServer(InProcessDataCentre dataCentre, InetSocketAddress address) throws IOException {
        this.dataCentre = dataCentre;
        listener.setReuseAddress(true); // a restart must not wait for the last one's connections to be forgotten
        listener.bind(address);
        accepting = Thread.ofPlatform().daemon().name("simulated-hosts-server").start(this::accept);
    }

    /** Where it listens. */
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Caller caller = new Caller(listener.accept());
                callers.add(caller);
                caller.start();
            } catch (IOException failed) {
                if (!listener.isClosed()) {
                    LOG.atWarn()
                            .addKeyValue("address", Endpoint.of(address()))
                            .setCause(failed)
                            .log("a caller was not accepted");
                }
            }
        }
    }

    /** Frees the address: the system keeps it for as long as a thread still waits in the closed socket. */
    @Override
    public void close() {
        try {
            listener.close();
            accepting.join(ACCEPT_ENDS_WITHIN);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } catch (IOException closed) {
            LOG.atDebug().setCause(closed).log("the listener had trouble closing");
        }
        callers.forEach(Caller::close);
    }

    /** One connection: a thread that reads calls and makes them, a thread that writes answers and events. */
    private final class Caller {
        private final Socket socket;
        private final DataInputStream in;
        private final DataOutputStream out;
        private final BlockingQueue<Frame> answers = new LinkedBlockingQueue<>(ANSWERS_MAX);
        private final Map<String, DataCentre.Listening> listenings = new HashMap<>();
        private Thread writer;

        Caller(Socket socket) throws IOException {
            this.socket = socket;
            socket.setTcpNoDelay(true);
            this.in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
            this.out = new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 16));
        }

        void start() {
            writer = Thread.ofVirtual().name("simulated-hosts-answers").start(this::write);
            Thread.ofVirtual().name("simulated-hosts-calls").start(this::read);
        }

        private void read() {
            try {
                while (true) {
                    Frame asked = Frame.read(in);
                    try {
                        take(asked);
                    } catch (HostUnreachable unreachable) {
                        answer(Frame.text(Frame.Kind.UNREACHABLE, asked.id(), unreachable.getMessage()));
                    } catch (IllegalArgumentException wrong) {
                        answer(Frame.text(Frame.Kind.WRONG, asked.id(), wrong.getMessage()));
                    }
                }
            } catch (IOException gone) {
                LOG.atDebug().setCause(gone).log("a caller is gone");
            } finally {
                listenings.values().forEach(DataCentre.Listening::close);
                close();
            }
        }

        private void take(Frame asked) throws HostUnreachable, IOException {
            if (asked.kind() == Frame.Kind.READ) {
                answer(new Frame(Frame.Kind.SAMPLE, asked.id(), sample(dataCentre.read(asked.text()))));
                return;
            }
            if (asked.kind() != Frame.Kind.CALL) {
                throw new IllegalArgumentException("a frame of kind " + asked.kind() + " asks nothing");
            }
            JsonNode call = asked.json();
            String first = call.path(1).asText();
            switch (call.path(0).asText()) {
                case "describe" -> answer(asked, dataCentre.describe(first));
                case "roundTripMicros" ->
                    answer(asked, dataCentre.roundTripMicros(first, call.path(2).asText()));
                case "progress" ->
                    answer(asked, dataCentre.progress(first).map(List::of).orElse(List.of()));
                case "where" -> answer(asked, dataCentre.where(first));
                case "listen" -> {
                    listenings.computeIfAbsent(
                            first,
                            host -> dataCentre.listen(
                                    host, event -> answer(Frame.json(Frame.Kind.EVENT, 0, EventJson.of(event)))));
                    answer(asked, true);
                }
                case "ignore" -> {
                    DataCentre.Listening listening = listenings.remove(first);
                    if (listening != null) {
                        listening.close();
                    }
                    answer(asked, true);
                }
                case "migrate" -> migrate(asked, call);
                case "startPostCopy" -> {
                    dataCentre.startPostCopy(first);
                    answer(asked, true);
                }
                case "act" ->
                    answer(
                            asked,
                            dataCentre.act(
                                    ActionKind.valueOf(first),
                                    call.path(2).asText(),
                                    call.path(3).asText()));
                case "fence" -> {
                    dataCentre.fence(first);
                    answer(asked, true);
                }
                case "cancel" -> {
                    dataCentre.cancel(first);
                    answer(asked, true);
                }
                case "crashHost" -> {
                    dataCentre.crashHost(first, Duration.ofMillis(call.path(2).asLong()));
                    answer(asked, true);
                }
                case "restoreHost" -> {
                    dataCentre.restoreHost(first);
                    answer(asked, true);
                }
                case "killVm" -> {
                    dataCentre.killVm(first);
                    answer(asked, true);
                }
                case "startVm" -> {
                    dataCentre.startVm(first);
                    answer(asked, true);
                }
                default ->
                    throw new IllegalArgumentException("no call " + call.path(0)
                            + " is known here; run the hosts service in the version of its callers");
            }
        }

        private void migrate(Frame asked, JsonNode call) throws IOException {
            var _ = dataCentre
                    .migrate(Frame.json(call.path(1), MigrationAsk.class))
                    .whenComplete((result, failure) -> answer(
                            failure == null
                                    ? Frame.json(Frame.Kind.ANSWER, asked.id(), result)
                                    : Frame.text(Frame.Kind.UNREACHABLE, asked.id(), reason(failure))));
        }

        private static String reason(Throwable failure) {
            Throwable cause = failure.getCause() == null ? failure : failure.getCause();
            return String.valueOf(cause.getMessage());
        }

        private void answer(Frame asked, Object value) {
            answer(Frame.json(Frame.Kind.ANSWER, asked.id(), value));
        }

        /** From any thread; never blocks. */
        private void answer(Frame frame) {
            if (!answers.offer(frame)) {
                LOG.atWarn().addKeyValue("answers", ANSWERS_MAX).log("a caller reads no answers and is cut off");
                close();
            }
        }

        private void write() {
            try {
                while (true) {
                    Frame frame = answers.poll();
                    if (frame == null) {
                        out.flush();
                        frame = answers.take();
                    }
                    frame.write(out);
                }
            } catch (IOException gone) {
                close();
            } catch (InterruptedException closed) {
                Thread.currentThread().interrupt();
            }
        }

        void close() {
            callers.remove(this);
            writer.interrupt();
            try {
                socket.close();
            } catch (IOException closed) {
                LOG.atDebug().setCause(closed).log("a caller's socket had trouble closing");
            }
        }
    }

    private static byte[] sample(HostReading reading) {
        return EventCodec.encode(new HostSampled(
                "",
                0,
                reading.measuredAtMicros(),
                0,
                "",
                reading.cpuCapacityMillicores(),
                reading.cpuDemandMillicores(),
                reading.cpuUsedMillicores(),
                reading.memoryCapacityBytes(),
                reading.memoryUsedBytes(),
                reading.vms(),
                reading.cpuModel(),
                reading.migrationBytesPerSecond()));
    }
}
