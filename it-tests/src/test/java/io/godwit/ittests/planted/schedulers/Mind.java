package io.godwit.ittests.planted.schedulers;

import com.espertech.esper.common.client.EventBean;
import org.apache.kafka.common.TopicPartition;

/** Wrong: Esper outside cep-rules, and Kafka outside the shells. */
public record Mind(EventBean event, TopicPartition partition) {}
