package io.godwit.schemas.state;

import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.PlanDecided;
import io.godwit.schemas.events.RequestAnswered;
import io.godwit.schemas.log.Log;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.LogRecord;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Tells the records that speak of what was proposed: answers to people, and of the hosts for which something was proposed the plans
 * and the ends of detections. A plan that is proposed says its mode in its bytes, so what came of other modes is not decoded.
 */
final class Proposed {
    private static final byte[] MODE = "approve".getBytes(StandardCharsets.UTF_8);
    private static final String PLAN = PlanDecided.class.getSimpleName();
    private static final String ANSWER = RequestAnswered.class.getSimpleName();
    private static final String END = DetectionEnded.class.getSimpleName();

    private final Set<String> hosts = new HashSet<>(); // looked up only

    /**
     * Looks for the hosts.
     *
     * @param ranges all that is told of, in parts that are read one after the other
     */
    Proposed(Log log, List<List<LogRange>> ranges) {
        for (List<LogRange> part : ranges) {
            List<LogRange> decided = part.stream()
                    .filter(range -> range.topic() == Topic.HOST_PARTITIONS)
                    .toList();
            StateRebuild.read(log, decided, record -> {
                if (nameOf(record).equals(PLAN) && Mentions.contains(record.value(), MODE)) {
                    hosts.add(hostOf(record));
                }
            });
        }
    }

    boolean speaksOf(LogRecord record) {
        String name = nameOf(record);
        return name.equals(ANSWER) || ((name.equals(PLAN) || name.equals(END)) && hosts.contains(hostOf(record)));
    }

    private static String nameOf(LogRecord record) {
        return EventCodec.nameOf(record.value()).orElse("");
    }

    /** Both are keyed by the host of the detection. */
    private static String hostOf(LogRecord record) {
        return record.key() == null ? "" : new String(record.key(), StandardCharsets.UTF_8);
    }
}
