package dev.faultline.acquirer;

import dev.faultline.acquirer.charging.JournalFailedException;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Explains a start that fails because of the journal. */
class JournalFailureAnalyzer extends AbstractFailureAnalyzer<JournalFailedException> {
    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, JournalFailedException cause) {
        return new FailureAnalysis(String.valueOf(cause.getMessage()), null, cause);
    }
}
