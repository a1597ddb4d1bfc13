package io.godwit.ittests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.fail;

import com.palantir.javaformat.java.Formatter;
import com.palantir.javaformat.java.FormatterException;
import com.palantir.javaformat.java.JavaFormatterOptions;
import com.palantir.javaformat.java.JavaFormatterOptions.Style;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every Java source in the checkout reads as the formatter writes it; {@code .ci/format} mends what does not. */
class FormatTest {
    private static final Path CHECKOUT =
            Path.of(System.getProperty("basedir", "")).toAbsolutePath().getParent();

    private final Formatter formatter = Formatter.createFormatter(
            JavaFormatterOptions.builder().style(Style.PALANTIR).build());

    @Test
    void everySourceIsFormatted() throws IOException {
        List<Path> sources = sources();
        assertFalse(sources.isEmpty(), "found no sources under " + CHECKOUT);
        List<String> faults =
                sources.parallelStream().flatMap(file -> fault(file).stream()).toList();
        if (!faults.isEmpty()) {
            fail("%d of %d sources are not formatted; '.ci/format' mends them:\n  %s"
                    .formatted(faults.size(), sources.size(), String.join("\n  ", faults)));
        }
    }

    @Test
    void namesTheFirstLineThatDiffers() {
        assertEquals(2, firstDifference("a\nb\nc", "a\nx\nc"));
        assertEquals(3, firstDifference("a\nb\n", "a\nb\nc\n"));
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> modules = Files.list(CHECKOUT)) {
            return modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(FormatTest::javaFiles)
                    .sorted()
                    .toList();
        }
    }

    private static Stream<Path> javaFiles(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".java")).collect(Collectors.toList()).stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<String> fault(Path file) {
        String name = CHECKOUT.relativize(file).toString();
        try {
            String source = Files.readString(file);
            String formatted = formatter.formatSourceAndFixImports(source);
            return source.equals(formatted)
                    ? Optional.empty()
                    : Optional.of(name + ":" + firstDifference(source, formatted));
        } catch (FormatterException e) {
            return Optional.of(name + " cannot be read by the formatter: " + e.getMessage());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static int firstDifference(String source, String formatted) {
        List<String> sourceLines = source.lines().toList();
        List<String> formattedLines = formatted.lines().toList();
        int line = 0;
        while (line < sourceLines.size()
                && line < formattedLines.size()
                && sourceLines.get(line).equals(formattedLines.get(line))) {
            line++;
        }
        return line + 1;
    }
}
