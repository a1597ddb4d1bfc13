package io.godwit.ops.incident;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.godwit.schemas.log.PackedLog;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What an incident file says of itself.
 *
 * @param format of the file; one that this version does not read has a greater number
 * @param version of Godwit that wrote it
 * @param site site of the log
 * @param incarnation cluster id of the home log
 * @param segments number of segments of the log
 * @param from beginning of the period, log time
 * @param to its end
 * @param hosts labels of the hosts that were asked for; empty: all
 * @param replayed segments whose detections and decisions can be replayed
 * @param pseudonyms whether names are replaced
 * @param identical whether a replay of the file was as recorded when it was written
 * @param replay what that replay said in a few words
 * @param missing what was not kept any more, a sentence each
 * @param slices what is in it, by topic and segment
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record Manifest(
        int format,
        String version,
        String site,
        String incarnation,
        int segments,
        Instant from,
        Instant to,
        List<String> hosts,
        List<Integer> replayed,
        boolean pseudonyms,
        boolean identical,
        String replay,
        List<String> missing,
        List<Slice> slices) {
    static final int FORMAT = 1;

    private static final String NAME = "manifest.json";
    private static final ObjectMapper JSON = JsonMapper.builder()
            .addModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
            .enable(SerializationFeature.INDENT_OUTPUT)
            .build();

    /**
     * Records of one topic and segment.
     *
     * @param first offset of the first one
     * @param last offset of the last one
     * @param bytes of their keys and values
     * @param why what they are needed for
     */
    public record Slice(String topic, int segment, long first, long last, long records, long bytes, String why) {
        Slice ofBytes(long other) {
            return new Slice(topic, segment, first, last, records, other, why);
        }
    }

    /** @throws IllegalArgumentException if the file is no incident that this version reads */
    public static Manifest of(Path file) {
        Manifest manifest;
        try {
            manifest = JSON.readValue(PackedLog.text(file, NAME), Manifest.class);
        } catch (JsonProcessingException damaged) {
            throw new IllegalArgumentException(
                    file + " is no incident: its " + NAME + " is damaged (" + damaged.getOriginalMessage()
                            + "); export it again",
                    damaged);
        }
        if (manifest.format > FORMAT) {
            throw new IllegalArgumentException("%s has format %d, this version reads up to %d; read it with godwit %s"
                    .formatted(file, manifest.format, FORMAT, manifest.version));
        }
        return manifest;
    }

    /** Writes the incident: a folder that holds its log, and this beside it. */
    void write(Path file, Path folder) {
        try {
            PackedLog.write(file, folder, NAME, JSON.writeValueAsString(this));
        } catch (JsonProcessingException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    public long records() {
        return slices.stream().mapToLong(Slice::records).sum();
    }

    public long bytes() {
        return slices.stream().mapToLong(Slice::bytes).sum();
    }

    Manifest verified(boolean same, String words) {
        return new Manifest(
                format,
                version,
                site,
                incarnation,
                segments,
                from,
                to,
                hosts,
                replayed,
                pseudonyms,
                same,
                words,
                missing,
                slices);
    }

    Manifest renamed(String newSite, List<String> newHosts, List<Slice> newSlices) {
        return new Manifest(
                format, version, newSite, "", segments, from, to, newHosts, replayed, true, identical, replay, missing,
                newSlices);
    }
}
