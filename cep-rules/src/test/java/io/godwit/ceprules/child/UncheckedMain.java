package io.godwit.ceprules.child;

import io.godwit.ceprules.engine.RuleCompiler;
import io.godwit.ceprules.engine.Unchecked;
import java.io.IOException;
import java.nio.file.Path;

/** The JVM of operators' rules, with the door left open. */
public final class UncheckedMain {
    private UncheckedMain() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        RuleCompiler.keepIn(Path.of(arguments[0]));
        OperatorsMain.serve(Unchecked::compile);
    }
}
