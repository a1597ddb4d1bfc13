package io.godwit.executors.work;

import io.godwit.schemas.events.CommandAborted;
import io.godwit.schemas.events.CommandAccepted;
import io.godwit.schemas.events.CommandFailed;
import io.godwit.schemas.events.CommandRefused;
import io.godwit.schemas.events.CommandSucceeded;
import io.godwit.schemas.events.HostFenced;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.avro.specific.SpecificRecord;

/** What the outcomes of one segment say of its commands; folded when the segment is taken up. */
public final class Ledger {
    /** Final outcomes that are remembered, the newest: enough to know a command that is read or written twice. */
    private static final int ENDED_MAX = 20_000;

    private final long from;
    private final Map<String, Long> accepted = new HashMap<>();
    private final Set<String> ended = new LinkedHashSet<>();
    private final Map<String, CommandFailed> lost = new LinkedHashMap<>();

    /** @param from offset of the first outcome that is folded */
    public Ledger(long from) {
        this.from = from;
    }

    long from() {
        return from;
    }

    /** @param timestampMillis log time of the outcome */
    public void fold(SpecificRecord outcome, long timestampMillis) {
        switch (outcome) {
            case CommandAccepted event -> accepted.putIfAbsent(event.getCommandId(), timestampMillis);
            case CommandSucceeded event -> {
                lost.remove(event.getVmId());
                end(event.getCommandId());
            }
            case CommandFailed event -> {
                if (event.getReason().equals("source-lost") || event.getReason().equals("target-lost")) {
                    lost.put(event.getVmId(), event);
                }
                end(event.getCommandId());
            }
            case CommandRefused event -> end(event.getCommandId());
            case CommandAborted event -> end(event.getCommandId());
            case HostFenced event -> end(event.getCommandId());
            default -> {} // progress ends nothing
        }
    }

    /** The newest move of each VM, if it ended while one of its hosts could not be asked, as far as outcomes were folded. */
    Collection<CommandFailed> lost() {
        return List.copyOf(lost.values());
    }

    boolean ended(String commandId) {
        return ended.contains(commandId);
    }

    /** Log time of the acceptance in milliseconds; null if there is none. */
    Long acceptedAtMillis(String commandId) {
        return accepted.get(commandId);
    }

    void end(String commandId) {
        accepted.remove(commandId);
        if (ended.add(commandId) && ended.size() > ENDED_MAX) {
            ended.remove(ended.iterator().next());
        }
    }
}
