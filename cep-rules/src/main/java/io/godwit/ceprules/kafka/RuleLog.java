package io.godwit.ceprules.kafka;

import io.godwit.ceprules.rules.BuiltInRules;
import io.godwit.ceprules.rules.RuleBook;
import io.godwit.ceprules.rules.RuleSet;
import io.godwit.ceprules.rules.RuleVersion;
import io.godwit.schemas.codec.EventCodec;
import io.godwit.schemas.codec.UnreadableRecord;
import io.godwit.schemas.events.RuleDeployed;
import io.godwit.schemas.events.RuleRetired;
import io.godwit.schemas.kafka.KafkaLog;
import io.godwit.schemas.kafka.SiteKafka;
import io.godwit.schemas.log.LogRange;
import io.godwit.schemas.log.Topic;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Appends to the rules topic, to every segment in one transaction. All writers share one transactional id, so that of two who
 * begin at once the later one fences the earlier, which then reads again what was written: no version is given twice.
 */
public final class RuleLog {
    private static final int ATTEMPTS = 5;

    private RuleLog() {}

    /** Brings the built-in rules of the log to this build's texts; returns what was appended. */
    public static List<RuleDeployed> deployBuiltIn(SiteKafka kafka) {
        try (KafkaLog log = new KafkaLog(kafka, kafka.site())) {
            if (BuiltInRules.deployments(read(log)).isEmpty()) {
                return List.of(); // as at most starts, and a transaction costs half a second
            }
        }
        return append(kafka, BuiltInRules::deployments);
    }

    /** Deploys the next version of an operator's rule that was admitted before; returns it. */
    public static RuleDeployed deploy(SiteKafka kafka, RuleSet.Wanted rule, String author, String reason) {
        return append(kafka, book -> List.of(rule.deployed(book, author, reason)))
                .getFirst();
    }

    /** Makes the live rules those of a set, all at once; returns what had to be appended. */
    public static List<SpecificRecord> apply(SiteKafka kafka, RuleSet set, String author, String reason) {
        return append(kafka, book -> set.changes(book, author, reason));
    }

    /** Makes a rule live that was tried in shadow, and ends that, at once; returns the version. */
    public static RuleDeployed promote(SiteKafka kafka, RuleSet.Wanted wanted, String author, String reason) {
        return (RuleDeployed) append(kafka, book -> RuleSet.promotion(book, wanted, author, reason))
                .getFirst();
    }

    /** @throws IllegalArgumentException if no such rule is live */
    public static RuleRetired retire(SiteKafka kafka, String name, String author, String reason) {
        return append(kafka, book -> {
                    RuleVersion live = book.live().stream()
                            .filter(rule -> rule.name().equals(name))
                            .findFirst()
                            .orElseThrow(
                                    () -> new IllegalArgumentException("no rule \"" + name + "\" is live; there are "
                                            + book.live().stream()
                                                    .map(RuleVersion::name)
                                                    .toList()));
                    int all = book.nextVersion(live.name()) - 1; // what else stands under the name goes with it
                    return List.of(new RuleRetired(name, all, author, reason));
                })
                .getFirst();
    }

    private static <T extends SpecificRecord> List<T> append(SiteKafka kafka, Function<RuleBook, List<T>> decide) {
        for (int attempt = 1; ; attempt++) {
            try (Producer<byte[], byte[]> producer = kafka.transactionalProducer(kafka.site() + ".rules")) {
                producer.initTransactions();
                try (KafkaLog log = new KafkaLog(kafka, kafka.site())) {
                    List<T> events = decide.apply(read(log));
                    if (!events.isEmpty()) {
                        producer.beginTransaction();
                        for (T event : events) {
                            for (ProducerRecord<byte[], byte[]> record : records(kafka.site(), log.segments(), event)) {
                                producer.send(record).get();
                            }
                        }
                        producer.commitTransaction();
                    }
                    return events;
                }
            } catch (InterruptException interrupted) {
                throw interrupted;
            } catch (
                    KafkaException fenced) { // another writer with this id came in between, and says so in several ways
                giveUp(attempt, kafka.site(), fenced);
            } catch (ExecutionException failed) {
                giveUp(attempt, kafka.site(), failed.getCause());
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new InterruptException(interrupted);
            }
        }
    }

    private static void giveUp(int attempt, String site, Throwable cause) {
        if (attempt == ATTEMPTS) {
            throw new KafkaException(
                    "the rules topic of " + site + " cannot be written (" + cause.getMessage() + "); try again", cause);
        }
        // two writers that begin together would fence each other again and again; one of them must come through first
        LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(1, 5L * attempt) * 100_000_000L);
    }

    private static List<ProducerRecord<byte[], byte[]>> records(String site, int segments, SpecificRecord event) {
        String rule = event instanceof RuleDeployed deployed ? deployed.getRule() : ((RuleRetired) event).getRule();
        return IntStream.range(0, segments)
                .mapToObj(segment -> new ProducerRecord<>(
                        Topic.RULES.of(site), segment, rule.getBytes(StandardCharsets.UTF_8), EventCodec.encode(event)))
                .toList();
    }

    /** The rules of a log; what cannot be read is left to the dead letters. */
    public static RuleBook read(io.godwit.schemas.log.Log log) {
        RuleBook book = new RuleBook();
        List<LogRange> all = IntStream.range(0, log.segments())
                .mapToObj(segment -> LogRange.all(Topic.RULES, segment))
                .toList();
        log.scan(all, record -> {
            try {
                book.evolve(EventCodec.decode(record.value()));
            } catch (UnreadableRecord | IllegalArgumentException _) {
                // another segment holds the same rule
            }
            return true;
        });
        return book;
    }
}
