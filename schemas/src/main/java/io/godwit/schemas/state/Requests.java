package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DrainAsked;
import io.godwit.schemas.events.DrainEnded;
import io.godwit.schemas.events.Position;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.events.VmActionAsked;
import io.godwit.schemas.log.LogRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/** What people asked for, what became of it, and which hosts are drained. */
public final class Requests {
    /**
     * One request.
     *
     * @param what as in "migrate", "drain"
     * @param vmId empty: it is about a host
     * @param answer empty while it waits or is carried out
     */
    public record Request(
            String id,
            String what,
            Optional<String> vmId,
            String hostId,
            String by,
            String reason,
            Position position,
            Instant asked,
            Optional<Answer> answer) {}

    /** What became of a request. */
    public record Answer(RequestAnswered answered, Position position, Instant at) {}

    private final Map<String, Request> requests = new TreeMap<>();
    private final Map<String, Answer> answers = new HashMap<>(); // may be read before its request
    private final Map<String, Optional<String>> drains = new TreeMap<>(); // request by host; empty: ended

    private List<Standing> standing = List.of(); // what is known of older ones, by segment

    /** From here on answers that are not read were given before. */
    void begin(List<Standing> known) {
        standing = known;
    }

    private boolean takenBefore(Position position) {
        return !standing.isEmpty()
                && position.getOffset() <= standing.get(position.getSegment()).requestsTaken();
    }

    /** Whether the answer is not read because it was given long ago. */
    private boolean answeredBefore(Request request) {
        return takenBefore(request.position())
                && !answers.containsKey(request.id())
                && !standing.get(request.position().getSegment()).requests().contains(request.id());
    }

    public void take(LogRecord record) {
        take(record, EventCodec.decode(record.value()));
    }

    public void take(LogRecord record, SpecificRecord event) {
        Instant at = Instant.ofEpochMilli(record.timestampMillis());
        switch (event) {
            case VmActionAsked asked ->
                requests.putIfAbsent(
                        asked.getRequestId(),
                        new Request(
                                asked.getRequestId(),
                                asked.getAction().name().toLowerCase(Locale.ROOT),
                                Optional.of(asked.getVmId()),
                                asked.getHostId(),
                                asked.getBy(),
                                asked.getReason(),
                                record.position(),
                                at,
                                Optional.empty()));
            case DrainAsked asked -> {
                requests.putIfAbsent(
                        asked.getRequestId(),
                        new Request(
                                asked.getRequestId(),
                                "drain",
                                Optional.empty(),
                                asked.getHostId(),
                                asked.getBy(),
                                asked.getReason(),
                                record.position(),
                                at,
                                Optional.empty()));
                if (!takenBefore(record.position())
                        || standing.get(record.segment()).drains().contains(asked.getRequestId())) {
                    drains.merge(
                            asked.getHostId(),
                            Optional.of(asked.getRequestId()),
                            (now, next) -> now.isPresent() ? now : next); // a second one is refused
                }
            }
            case DrainEnded ended -> drains.put(ended.getHostId(), Optional.empty());
            case RequestAnswered answered ->
                answers.putIfAbsent(answered.getRequestId(), new Answer(answered, record.position(), at));
            default -> {} // the host-partition protocol, and what is asked of a host alone
        }
    }

    /** Every request, by log time, then id; without those whose answer is too old to have been read. */
    public List<Request> all() {
        List<Request> all = new ArrayList<>();
        requests.values().stream()
                .filter(request -> !answeredBefore(request))
                .forEach(request -> all.add(answered(request)));
        all.sort(Comparator.comparing(Request::asked).thenComparing(Request::id));
        return all;
    }

    public Optional<Request> byId(String id) {
        return Optional.ofNullable(requests.get(id)).map(this::answered);
    }

    /** The request by which a host is drained; empty: it takes VMs. */
    public Optional<Request> drain(String hostId) {
        return drains.getOrDefault(hostId, Optional.empty())
                .flatMap(this::byId)
                .filter(request -> request.answer()
                        .filter(answer -> answer.answered().getAnswer().equals("refused"))
                        .isEmpty());
    }

    private Request answered(Request request) {
        return new Request(
                request.id(),
                request.what(),
                request.vmId(),
                request.hostId(),
                request.by(),
                request.reason(),
                request.position(),
                request.asked(),
                Optional.ofNullable(answers.get(request.id())));
    }
}
