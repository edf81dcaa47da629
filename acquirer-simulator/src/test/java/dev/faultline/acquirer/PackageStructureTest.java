package dev.faultline.acquirer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.faultline.acquirer", importOptions = ImportOption.DoNotIncludeTests.class)
class PackageStructureTest {
    @ArchTest static final ArchRule chargingAndFaultsDependNeitherOnSpringNorOnFiles = noClasses().that()
            .resideInAnyPackage("dev.faultline.acquirer.charging", "dev.faultline.acquirer.faults").should()
            .dependOnClassesThat().resideInAnyPackage("org.springframework..", "java.io..", "java.nio..",
                    "dev.faultline.acquirer..web..", "dev.faultline.acquirer..file..", "dev.faultline.service..");

    @ArchTest static final ArchRule adaptersDoNotDependOnEachOther = noClasses().that().resideInAPackage("..web..")
            .should()
            .dependOnClassesThat().resideInAPackage("..file..");
}
