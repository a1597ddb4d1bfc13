package io.godwit.ops.webhooks;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.godwit.schemas.events.DetectionAction;
import io.godwit.schemas.events.DetectionBegan;
import io.godwit.schemas.events.DetectionEnded;
import io.godwit.schemas.events.DetectionTerms;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.avro.specific.SpecificRecord;

/**
 * What a receiver is told of one beginning or end of a detection.
 *
 * @param key the same whenever it is told, so that a receiver can tell what it has heard already
 * @param json body of the post
 */
record Notice(String key, String json) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Empty for all but detections of rules with action notify that are more than tried out. */
    static Optional<Notice> of(String site, SpecificRecord event) {
        return switch (event) {
            case DetectionBegan began
            when told(began.getTerms()) -> {
                Map<String, Object> body = body(site, "began", began.getId(), began.getTerms());
                body.put("kind", word(began.getKind()));
                body.put("rule", began.getRule());
                body.put("version", began.getRuleVersion());
                body.put("host", began.getHostId());
                body.put("vm", began.getVmId());
                body.put("since", began.getSince().toString());
                body.put("metric", began.getMetric());
                body.put("value", began.getValue());
                body.put("threshold", began.getThreshold());
                body.put("unit", began.getUnit());
                yield Optional.of(new Notice(began.getId() + "-began", json(body)));
            }
            case DetectionEnded ended
            when told(ended.getTerms()) -> {
                Map<String, Object> body = body(site, "ended", ended.getId(), ended.getTerms());
                body.put("kind", word(ended.getKind()));
                body.put("rule", ended.getRule());
                body.put("version", ended.getRuleVersion());
                body.put("host", ended.getHostId());
                body.put("vm", ended.getVmId());
                body.put("since", ended.getSince().toString());
                body.put("until", ended.getUntil().toString());
                body.put("reason", ended.getReason());
                yield Optional.of(new Notice(ended.getId() + "-ended", json(body)));
            }
            default -> Optional.empty();
        };
    }

    private static boolean told(DetectionTerms terms) {
        if (terms == null || terms.getAction() != DetectionAction.NOTIFY) {
            return false;
        }
        return switch (terms.getMode()) {
            case ADVISE, APPROVE, AUTO -> true;
            case OFF, SHADOW, UNKNOWN -> false;
        };
    }

    private static Map<String, Object> body(String site, String event, String id, DetectionTerms terms) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("event", event);
        body.put("detection", id);
        body.put("site", site);
        body.put("severity", word(terms.getSeverity()));
        body.put("owner", terms.getOwner());
        return body;
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String json(Map<String, Object> body) {
        try {
            return JSON.writeValueAsString(body);
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException("cannot write " + body, impossible);
        }
    }
}
