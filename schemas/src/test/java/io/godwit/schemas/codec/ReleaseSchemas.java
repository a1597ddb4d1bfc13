package io.godwit.schemas.codec;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.avro.Schema;
import org.apache.avro.SchemaFormatter;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificRecord;
import org.junit.jupiter.api.Test;

/**
 * Releases the schemas as they are: writes the next "released/NAME/N.avsc" of each event whose schema is not released yet,
 * and its golden bytes ("golden/NAME-N.bin", "golden/NAME-N.json"). What was released once is never written again. With
 * godwit.schemas=unreleased, as long as no version has left the house, the first ones are written anew. No test: its name
 * keeps it out of the suite, and it is run by name (docs/schemas.md).
 */
final class ReleaseSchemas {
    @Test
    void writes_what_is_not_released_yet() throws IOException {
        boolean anew = "unreleased".equals(System.getProperty("godwit.schemas"));
        for (Class<? extends SpecificRecord> event : Events.all()) {
            Schema schema = Events.schemaOf(event);
            Path released = Path.of("src/main/resources/released", event.getSimpleName());
            Files.createDirectories(released);
            int version = 1;
            while (!anew && Files.exists(released.resolve(version + ".avsc"))) {
                Schema before = new Schema.Parser().parse(Files.readString(released.resolve(version + ".avsc")));
                if (EventCodec.fingerprint(before) == EventCodec.fingerprint(schema)) {
                    version = 0;
                    break;
                }
                version++;
            }
            if (version > 0) {
                Files.writeString(
                        released.resolve(version + ".avsc"),
                        SchemaFormatter.format("json/pretty", schema) + "\n",
                        StandardCharsets.UTF_8);
                Path golden = Path.of("src/test/resources/golden");
                Files.createDirectories(golden);
                byte[] bytes = bytes(schema);
                Files.write(golden.resolve(event.getSimpleName() + "-" + version + ".bin"), bytes);
                Files.writeString(
                        golden.resolve(event.getSimpleName() + "-" + version + ".json"),
                        EventCodec.decode(bytes) + "\n",
                        StandardCharsets.UTF_8);
            }
        }
    }

    /** A filled event in single-object encoding, by Avro's generic writer and no code of ours. */
    static byte[] bytes(Schema schema) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(ByteBuffer.allocate(EventCodec.HEADER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put((byte) 0xC3)
                .put((byte) 0x01)
                .putLong(EventCodec.fingerprint(schema))
                .array());
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(Filled.of(schema), encoder);
        encoder.flush();
        return out.toByteArray();
    }
}
