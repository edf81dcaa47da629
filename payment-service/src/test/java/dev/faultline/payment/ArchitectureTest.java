package dev.faultline.payment;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.faultline.payment", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] FEATURES = {"dev.faultline.payment.paying", "dev.faultline.payment.ledger"};

    @ArchTest static final ArchRule FEATURES_DEPEND_ON_NO_TECHNOLOGY = noClasses().that().resideInAnyPackage(FEATURES)
            .should()
            .dependOnClassesThat().resideInAnyPackage("org.springframework..", "java.sql..", "java.net..",
                    "org.apache.kafka..", "jakarta.servlet..", "io.github.resilience4j..", "dev.faultline.messaging..",
                    "dev.faultline.sharding..");

    @ArchTest static final ArchRule FEATURES_DEPEND_ON_NO_ADAPTERS = noClasses().that().resideInAnyPackage(FEATURES)
            .should()
            .dependOnClassesThat().resideInAnyPackage("..jdbc..", "..web..", "..kafka..", "..acquirer..");

    @ArchTest static final ArchRule A_PAYMENT_READS_NO_CLOCK = noClasses().that()
            .haveFullyQualifiedName("dev.faultline.payment.paying.Payment").should().dependOnClassesThat()
            .resideInAnyPackage("java.time..", "java.util.concurrent..", "java.util.random..");

    @ArchTest static final ArchRule FEATURES_ARE_FREE_OF_CYCLES = slices().matching("dev.faultline.payment.(*)..")
            .should()
            .beFreeOfCycles();
}
