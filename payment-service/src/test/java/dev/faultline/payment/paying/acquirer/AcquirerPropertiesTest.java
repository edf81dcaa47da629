package dev.faultline.payment.paying.acquirer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class AcquirerPropertiesTest {
    private final ApplicationContextRunner application = new ApplicationContextRunner()
            .withUserConfiguration(Properties.class);

    @EnableConfigurationProperties(AcquirerProperties.class)
    static class Properties {}

    @Test
    void rejectsToStartWithoutAnAcquirer() {
        application.run(context -> assertThat(context).getFailure().rootCause()
                .hasMessageStartingWith("faultline.acquirer.url must be an http or https URL"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"faultline.acquirer.url=localhost:8300", "faultline.acquirer.url=ftp://localhost",
        "faultline.acquirer.connect-timeout=0s", "faultline.acquirer.client-secret="})
    void namesThePropertyThatIsWrong(String wrong) {
        application.withPropertyValues("faultline.acquirer.url=http://localhost",
                "faultline.acquirer.client-secret=secret",
                wrong)
                .run(context -> assertThat(context).getFailure().rootCause()
                        .hasMessageStartingWith(wrong.substring(0, wrong.indexOf('='))));
    }
}
