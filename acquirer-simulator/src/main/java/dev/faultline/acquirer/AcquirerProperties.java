package dev.faultline.acquirer;

import java.nio.file.Path;
import java.time.Duration;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The acquirer's configuration.
 *
 * @param journal the directory of the journal
 * @param holdFor the delay of a response that is to time out
 * @param maxHeld the maximum number of delayed responses; further requests get 504 at once
 * @param maxPayments the number of payments, of about 200 bytes of heap each, beyond which the one longest unchanged is
 *        forgotten. Must not be lowered under an existing journal, whose replay forgets the same ones
 */
@ConfigurationProperties("faultline.acquirer")
record AcquirerProperties(Path journal, @DefaultValue("30s") Duration holdFor, @DefaultValue("256") int maxHeld,
        @DefaultValue("200000") int maxPayments) {

    AcquirerProperties {
        require(journal != null, "faultline.acquirer.journal must name the journal's directory");
        require(!holdFor.isNegative(), "faultline.acquirer.hold-for must not be negative");
        require(maxHeld >= 0, "faultline.acquirer.max-held must not be negative");
        require(maxPayments > 0, "faultline.acquirer.max-payments must be positive");
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
