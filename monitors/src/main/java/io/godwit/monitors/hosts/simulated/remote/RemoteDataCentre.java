package io.godwit.monitors.hosts.simulated.remote;

import com.fasterxml.jackson.databind.JsonNode;
import io.godwit.monitors.Endpoint;
import io.godwit.monitors.hosts.HostDescription;
import io.godwit.monitors.hosts.HostEvent;
import io.godwit.monitors.hosts.HostReading;
import io.godwit.monitors.hosts.HostUnreachable;
import io.godwit.monitors.hosts.simulated.DataCentre;
import io.godwit.monitors.hosts.simulated.DataCentreFaults;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.ActionKind;
import io.godwit.schemas.events.HostSampled;
import io.godwit.schemas.events.VmState;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The simulated data centre of another process. Connects by itself and again; while it is away, hosts are unreachable and
 * what has no host to blame throws {@link DataCentreAway}. Every call ends within 5 s, save for a migration's end.
 */
public final class RemoteDataCentre implements DataCentre, DataCentreFaults {
    private static final Logger LOG = LoggerFactory.getLogger(RemoteDataCentre.class);
    private static final Duration CALL_TIME_OUT = Duration.ofSeconds(5);
    private static final Duration CONNECT_TIME_OUT = Duration.ofSeconds(2);
    private static final Duration PAUSE = Duration.ofMillis(300);

    private final InetSocketAddress address;
    private final Map<Long, CompletableFuture<Frame>> pending = new ConcurrentHashMap<>();
    private final Map<String, List<Consumer<HostEvent>>> listeners = new ConcurrentHashMap<>();
    private final AtomicLong lastId = new AtomicLong();
    private final Thread thread;
    private volatile Connection connection;
    private volatile boolean closed;

    private record Connection(Socket socket, DataOutputStream out) {
        void send(Frame frame) throws IOException {
            synchronized (out) {
                frame.write(out);
                out.flush();
            }
        }
    }

    /** Returns at once. */
    public RemoteDataCentre(InetSocketAddress address) {
        this.address = address;
        this.thread =
                Thread.ofPlatform().daemon().name("remote-simulated-hosts").start(this::stayConnected);
    }

    private void stayConnected() {
        boolean told = false;
        while (!closed) {
            try (Socket socket = new Socket()) {
                socket.setTcpNoDelay(true);
                socket.connect(
                        new InetSocketAddress(address.getHostString(), address.getPort()),
                        Math.toIntExact(CONNECT_TIME_OUT.toMillis()));
                DataInputStream in = new DataInputStream(new BufferedInputStream(socket.getInputStream(), 1 << 16));
                connection = new Connection(
                        socket, new DataOutputStream(new BufferedOutputStream(socket.getOutputStream(), 1 << 13)));
                told = false;
                for (String host : listeners.keySet()) {
                    connection.send(Frame.json(Frame.Kind.CALL, lastId.incrementAndGet(), List.of("listen", host)));
                }
                while (true) {
                    take(Frame.read(in));
                }
            } catch (IOException failed) {
                connection = null;
                failPending();
                if (!closed && !told) {
                    told = true;
                    LOG.atWarn().addKeyValue("cause", failed.getMessage()).log(away());
                    listeners.forEach((host, each) ->
                            each.forEach(listener -> tell(listener, new HostEvent.ConnectionLost(host, away()))));
                }
            }
            try {
                Thread.sleep(PAUSE);
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }

    private void failPending() {
        for (Long id : List.copyOf(pending.keySet())) {
            CompletableFuture<Frame> waiter = pending.remove(id);
            if (waiter != null) {
                waiter.completeExceptionally(new HostUnreachable(away()));
            }
        }
    }

    private void take(Frame frame) throws IOException {
        if (frame.kind() == Frame.Kind.EVENT) {
            HostEvent event = EventJson.read(frame);
            listeners.getOrDefault(event.hostId(), List.of()).forEach(listener -> tell(listener, event));
            return;
        }
        CompletableFuture<Frame> waiter = pending.remove(frame.id());
        if (waiter == null) {
            return; // its caller has given up waiting
        }
        switch (frame.kind()) {
            case UNREACHABLE -> waiter.completeExceptionally(new HostUnreachable(frame.text()));
            case WRONG -> waiter.completeExceptionally(new IllegalArgumentException(frame.text()));
            case SAMPLE, ANSWER -> waiter.complete(frame);
            case READ, CALL, EVENT -> throw new IOException("a frame of kind " + frame.kind() + " is no answer");
        }
    }

    private static void tell(Consumer<HostEvent> listener, HostEvent event) {
        try {
            listener.accept(event);
        } catch (RuntimeException failed) {
            LOG.atError().addKeyValue("event", event).setCause(failed).log("a listener of simulated hosts failed");
        }
    }

    private String away() {
        return "the simulated hosts at " + address.getHostString() + ":" + address.getPort()
                + " are away; start them with: godwit hosts";
    }

    @Override
    public HostReading read(String hostId) throws HostUnreachable {
        Frame answer = ask(Frame.text(Frame.Kind.READ, lastId.incrementAndGet(), hostId));
        HostSampled sample = EventCodec.decode(answer.payload(), HostSampled.class);
        return new HostReading(
                sample.getMeasuredAtMicros(),
                sample.getCpuCapacityMillicores(),
                sample.getCpuDemandMillicores(),
                sample.getCpuUsedMillicores(),
                sample.getMemoryCapacityBytes(),
                sample.getMemoryUsedBytes(),
                sample.getCpuModel(),
                sample.getMigrationBytesPerSecond(),
                sample.getVms());
    }

    @Override
    public HostDescription describe(String hostId) throws HostUnreachable {
        return answer(call("describe", hostId), HostDescription.class);
    }

    @Override
    public Listening listen(String hostId, Consumer<HostEvent> events) {
        listeners.compute(hostId, (_, each) -> {
            List<Consumer<HostEvent>> ofHost = each == null ? new CopyOnWriteArrayList<>() : each;
            ofHost.add(events);
            return ofHost;
        });
        sendOnly("listen", hostId);
        return () -> {
            listeners.computeIfPresent(hostId, (_, each) -> {
                each.remove(events);
                return each.isEmpty() ? null : each;
            });
            if (!listeners.containsKey(hostId)) {
                sendOnly("ignore", hostId);
            }
        };
    }

    /** Nobody waits for the answer, and after a new connection all hosts are listened to again. */
    private void sendOnly(String name, String hostId) {
        Connection now = connection;
        if (now != null) {
            try {
                now.send(Frame.json(Frame.Kind.CALL, lastId.incrementAndGet(), List.of(name, hostId)));
            } catch (IOException failed) {
                LOG.atDebug().addKeyValue("host", hostId).setCause(failed).log("told again after the next connect");
            }
        }
    }

    @Override
    public long roundTripMicros(String fromId, String toHostId) throws HostUnreachable {
        return answer(call("roundTripMicros", fromId, toHostId), Long.class);
    }

    @Override
    public CompletableFuture<MigrationResult> migrate(MigrationAsk ask) {
        return send(call("migrate", ask)).thenCompose(frame -> {
            try {
                return CompletableFuture.completedFuture(frame.json(MigrationResult.class));
            } catch (IOException unreadable) {
                return CompletableFuture.failedFuture(
                        new HostUnreachable("the answer to " + ask.commandId() + " cannot be read", unreadable));
            }
        });
    }

    /** @throws DataCentreAway where it cannot be asked */
    @Override
    public void startPostCopy(String commandId) {
        var _ = answerOrAway(call("startPostCopy", commandId));
    }

    @Override
    public String act(ActionKind action, String vmId, String hostId) throws HostUnreachable {
        return answer(call("act", action.name(), vmId, hostId), String.class);
    }

    /** @throws DataCentreAway where it cannot be asked */
    @Override
    public void fence(String hostId) {
        var _ = answerOrAway(call("fence", hostId));
    }

    /** @throws DataCentreAway where it cannot be asked */
    @Override
    public void cancel(String commandId) {
        var _ = answerOrAway(call("cancel", commandId));
    }

    /** @throws DataCentreAway where it cannot be asked */
    @Override
    public Optional<MigrationProgress> progress(String commandId) {
        JsonNode found = answerOrAway(call("progress", commandId));
        try {
            return found.isEmpty() ? Optional.empty() : Optional.of(Frame.json(found.path(0), MigrationProgress.class));
        } catch (IOException unreadable) {
            throw new DataCentreAway("the progress of " + commandId + " cannot be read", unreadable);
        }
    }

    /** @throws DataCentreAway where it cannot be asked */
    @Override
    public Map<String, VmState> where(String vmId) {
        Map<String, VmState> places = new TreeMap<>();
        answerOrAway(call("where", vmId))
                .properties()
                .forEach(place -> places.put(
                        place.getKey(), VmState.valueOf(place.getValue().asText())));
        return places;
    }

    @Override
    public void crashHost(String hostId, Duration down) {
        answerOrAway(call("crashHost", hostId, down.toMillis()));
    }

    @Override
    public void restoreHost(String hostId) {
        answerOrAway(call("restoreHost", hostId));
    }

    @Override
    public void killVm(String vmId) {
        answerOrAway(call("killVm", vmId));
    }

    @Override
    public void startVm(String vmId) {
        answerOrAway(call("startVm", vmId));
    }

    private Frame call(Object... nameAndArguments) {
        return Frame.json(Frame.Kind.CALL, lastId.incrementAndGet(), nameAndArguments);
    }

    private <T> T answer(Frame call, Class<T> type) throws HostUnreachable {
        try {
            return ask(call).json(type);
        } catch (IOException unreadable) {
            throw new HostUnreachable("the answer of " + address + " cannot be read", unreadable);
        }
    }

    private JsonNode answerOrAway(Frame call) {
        try {
            return ask(call).json();
        } catch (HostUnreachable | IOException away) {
            throw new DataCentreAway(away.getMessage(), away);
        }
    }

    private Frame ask(Frame call) throws HostUnreachable {
        CompletableFuture<Frame> answer = send(call);
        try {
            return answer.get(CALL_TIME_OUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            switch (failed.getCause()) {
                case HostUnreachable unreachable -> throw new HostUnreachable(unreachable.getMessage(), unreachable);
                case IllegalArgumentException wrong -> throw new IllegalArgumentException(wrong.getMessage(), wrong);
                default -> throw new HostUnreachable("the call failed: " + failed.getCause(), failed.getCause());
            }
        } catch (TimeoutException silent) {
            pending.remove(call.id());
            throw new HostUnreachable(
                    "the simulated hosts at " + address + " gave no answer in " + CALL_TIME_OUT.toSeconds() + " s",
                    silent);
        } catch (InterruptedException interrupted) {
            pending.remove(call.id());
            Thread.currentThread().interrupt();
            throw new HostUnreachable("interrupted while waiting for the simulated hosts", interrupted);
        }
    }

    private CompletableFuture<Frame> send(Frame call) {
        CompletableFuture<Frame> answer = new CompletableFuture<>();
        Connection now = connection;
        if (now == null) {
            return CompletableFuture.failedFuture(new HostUnreachable(away()));
        }
        pending.put(call.id(), answer);
        try {
            now.send(call);
        } catch (IOException failed) {
            pending.remove(call.id());
            return CompletableFuture.failedFuture(new HostUnreachable(away(), failed));
        }
        if (!now.equals(connection)) { // it broke in between, maybe after the others waiting were told
            pending.remove(call.id());
            answer.completeExceptionally(new HostUnreachable(away()));
        }
        return answer;
    }

    @Override
    public void close() {
        closed = true;
        Connection now = connection;
        if (now != null) {
            try {
                now.socket.close();
            } catch (IOException ignored) {
                LOG.atDebug().setCause(ignored).log("the connection had trouble closing");
            }
        }
        thread.interrupt();
    }

    /** Address that it connects to, as text. */
    @Override
    public String toString() {
        return address.getAddress() == null ? address.getHostString() + ":" + address.getPort() : Endpoint.of(address);
    }
}
