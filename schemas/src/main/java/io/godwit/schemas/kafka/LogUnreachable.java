package io.godwit.schemas.kafka;

import org.apache.kafka.common.errors.TimeoutException;

/** The Kafka that holds a log does not answer any more; the message names it, the place that was reached and the remedy. */
public final class LogUnreachable extends TimeoutException {
    private static final long serialVersionUID = 1L;

    LogUnreachable(String bootstrap, String site, String place) {
        super("the Kafka at " + bootstrap + " (site " + site + ") has not answered for "
                + KafkaLog.ANSWER_WITHIN.toSeconds() + " s, " + place
                + "; see that its broker runs and can be reached, then try again");
    }
}
