// Writes the bundled sample's lines to standard output, or with --labels what is known of its channels; see
// configs/samples/README.md.
import HomeNetwork

for line in CommandLine.arguments.contains("--labels") ? SampleDay.labels() : SampleDay.lines() {
    print(line)
}
