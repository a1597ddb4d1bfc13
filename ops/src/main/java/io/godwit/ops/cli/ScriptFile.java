package io.godwit.ops.cli;

import io.godwit.schedulers.constraints.script.Reading;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** A file with a script of constraints. */
public final class ScriptFile {
    private ScriptFile() {}

    /** @throws Failed where it cannot be read */
    public static String text(Path file) {
        try {
            return Files.readString(file, StandardCharsets.UTF_8);
        } catch (CharacterCodingException other) {
            throw new Failed(file + " is no UTF-8 text; save it as UTF-8", other);
        } catch (NoSuchFileException missing) {
            throw new Failed(file + " is not there; give a file with a script of constraints", missing);
        } catch (IOException unreadable) {
            throw new Failed("cannot read " + file + ": " + unreadable.getMessage(), unreadable);
        }
    }

    /** Its faults as compilers write them, so that editors find the place. */
    public static List<String> faults(Path file, Reading.Refused refused) {
        return refused.faults().stream()
                .map(fault -> "%s:%d:%d: %s".formatted(file, fault.line(), fault.column(), fault.message()))
                .toList();
    }
}
