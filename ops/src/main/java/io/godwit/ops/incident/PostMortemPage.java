package io.godwit.ops.incident;

import java.util.List;
import org.commonmark.Extension;
import org.commonmark.ext.gfm.tables.TablesExtension;
import org.commonmark.parser.Parser;
import org.commonmark.renderer.html.HtmlRenderer;

/** The same draft as an HTML page that needs nothing else; its own policy forbids scripts and any network access. */
public final class PostMortemPage {
    private static final List<Extension> TABLES = List.of(TablesExtension.create());

    private PostMortemPage() {}

    /** The page's text, to be written as UTF-8. */
    public static String of(String title, String markdown) {
        String body = HtmlRenderer.builder()
                .extensions(TABLES)
                .build()
                .render(Parser.builder().extensions(TABLES).build().parse(markdown))
                .replace("<h2>Records</h2>", "<h2 id=\"records\">Records</h2>");
        return """
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>%s</title>
            <style>
            :root { color-scheme: light dark; }
            body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 70rem; padding: 0 1rem; }
            body { overflow-wrap: break-word; }
            table { border-collapse: collapse; display: block; overflow-x: auto; }
            th, td { border: 1px solid #8886; padding: .2rem .5rem; text-align: left; vertical-align: top; }
            pre { background: #8882; overflow-x: auto; padding: .5rem; }
            </style>
            </head>
            <body>
            <main>
            %s</main>
            </body>
            </html>
            """.formatted(title.replace("&", "&amp;").replace("<", "&lt;"), body);
    }
}
