package io.godwit.ops.up;

import io.godwit.schemas.kafka.KafkaSettings;
import io.godwit.schemas.service.Service;

/** Starts one service of a site. */
@FunctionalInterface
public interface Starter {
    Service start(KafkaSettings kafka) throws Exception;
}
