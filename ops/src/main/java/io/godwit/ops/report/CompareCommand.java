package io.godwit.ops.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.godwit.ops.cli.ExitCode;
import io.godwit.ops.cli.Printer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code godwit simulate compare}: what differs between two results. */
@Command(
        name = "compare",
        sortOptions = false,
        description = "Compares two results that simulate wrote with -o json: each key of both, and the difference.")
public final class CompareCommand implements Callable<Integer> {
    private static final ObjectMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    @Parameters(index = "0", paramLabel = "A.json", description = "The result to compare with.")
    Path a;

    @Parameters(index = "1", paramLabel = "B.json", description = "The result that is compared.")
    Path b;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table, json or yaml (default: table).")
    Printer.Format format = Printer.Format.TABLE;

    @Override
    public Integer call() {
        new Printer(System.out, format).list(Comparison.COLUMNS, Comparison.of(read(a), read(b)));
        return ExitCode.OK;
    }

    private static JsonNode read(Path file) {
        try {
            JsonNode result = JSON.readTree(Files.readString(file));
            if (!result.isObject()) {
                throw new IllegalArgumentException(
                        file + " holds no result; give a file that godwit simulate -o json wrote");
            }
            return result;
        } catch (JsonProcessingException broken) {
            throw new IllegalArgumentException(
                    "%s, line %d: %s; give a file that godwit simulate -o json wrote"
                            .formatted(file, broken.getLocation().getLineNr(), broken.getOriginalMessage()),
                    broken);
        } catch (IOException unreadable) {
            throw new IllegalArgumentException(
                    file + " cannot be read; give a file that godwit simulate -o json wrote", unreadable);
        }
    }
}
