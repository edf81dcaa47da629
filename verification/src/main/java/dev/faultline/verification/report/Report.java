package dev.faultline.verification.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import dev.faultline.backing.FaultlineException;
import tools.jackson.databind.json.JsonMapper;

/** A result as a self-contained HTML page, light or dark as the reader's system is, and as JSON. */
public final class Report {
    private Report() {}

    /**
     * Creates the directory if it does not exist.
     *
     * @param body the page's content, in HTML
     * @return the page; the JSON file has the same name with another extension
     * @throws FaultlineException if a file cannot be written
     */
    public static Path write(Path directory, String name, String title, String body, Object result) {
        writeJson(directory, name, result);
        return write(directory.resolve(name + ".html"), page(title, body));
    }

    /** Writes the result as JSON only; otherwise as {@link #write}. */
    public static Path writeJson(Path directory, String name, Object result) {
        return write(directory.resolve(name + ".json"), JsonMapper.shared().writerWithDefaultPrettyPrinter()
                .writeValueAsString(result));
    }

    private static Path write(Path file, String content) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            return Files.writeString(file, content);
        } catch (IOException e) {
            throw new FaultlineException("The report " + file + " cannot be written: " + e.getMessage(), e);
        }
    }

    public static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;");
    }

    private static String page(String title, String body) {
        return """
                <!doctype html>
                <html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Faultline: %s</title>
                <style>
                :root{color-scheme:light dark;--text:#222;--muted:#666;--rule:#ddd;--page:#fff;--good:#17803d;--bad:#c0262d;
                --blue:#2563c9;--violet:#5b2c87;--pale:#c9a2e8}
                @media (prefers-color-scheme:dark){:root{--text:#ddd;--muted:#999;--rule:#444;--page:#191919;--good:#4cc77a;
                --bad:#f0686e;--blue:#7aa7f7;--violet:#c493f0;--pale:#71508c}}
                body{font:15px/1.45 system-ui,sans-serif;max-width:1060px;margin:2em auto;padding:0 1em;color:var(--text);background:var(--page)}
                h1 small{font-weight:normal;color:var(--muted)} .good{color:var(--good)} .bad{color:var(--bad)}
                table{border-collapse:collapse;margin:1em 0} td,th{padding:.25em .9em .25em 0;text-align:left;border-bottom:1px solid var(--rule)}
                td.n,th.n{text-align:right;font-variant-numeric:tabular-nums} svg{width:100%%;height:auto} svg text{font:11px system-ui,sans-serif;fill:var(--muted)}
                </style>
                %s
                </html>
                """
                .formatted(escaped(title), body);
    }
}
