package dev.faultline.order;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.faultline.order", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {
    private static final String[] FEATURES = {"dev.faultline.order.checkout", "dev.faultline.order.ordering",
        "dev.faultline.order.catalogue"};

    @ArchTest static final ArchRule FEATURES_DEPEND_ON_NO_TECHNOLOGY = noClasses().that().resideInAnyPackage(FEATURES)
            .should()
            .dependOnClassesThat().resideInAnyPackage("org.springframework..", "java.sql..", "org.apache.kafka..",
                    "jakarta.servlet..", "dev.faultline.messaging..");

    @ArchTest static final ArchRule FEATURES_DEPEND_ON_NO_ADAPTERS = noClasses().that().resideInAnyPackage(FEATURES)
            .should()
            .dependOnClassesThat().resideInAnyPackage("..jdbc..", "..web..", "..kafka..");

    @ArchTest static final ArchRule THE_SAGA_READS_NO_CLOCK = noClasses().that()
            .resideInAPackage("dev.faultline.order.checkout").should().dependOnClassesThat()
            .resideInAnyPackage("java.time..", "java.util.concurrent..", "java.util.random..");

    @ArchTest static final ArchRule FEATURES_ARE_FREE_OF_CYCLES = slices().matching("dev.faultline.order.(*)..")
            .should()
            .beFreeOfCycles();
}
