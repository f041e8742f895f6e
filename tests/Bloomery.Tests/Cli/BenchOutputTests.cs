using System.Text;
using System.Text.Json;
using Bloomery.Cli.Bench;

namespace Bloomery.Tests.Cli;

public class BenchOutputTests
{
    private static readonly BenchRow[] Rows =
    [
        new("m,1", "portable", 2, 512, 0, 0, 1, "f16", [100, 300, 200]),
        new("m,1", "avx2", 2, 0, 128, 1024, 4, "q8_0,f16", [10, 12.5]),
    ];

    [Fact]
    public void Json_has_the_fields_of_the_contract_in_order()
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream)) BenchOutput.Json(json, Rows);
        Assert.Equal(
            """
                [{"model":"m,1","kernels":"portable","threads":2,"n_prompt":512,"n_gen":0,"n_depth":0,"n_batch":1,"kv_type":"f16","median_ts":200,
                "samples_ts":[100,300,200]},{"model":"m,1","kernels":"avx2","threads":2,"n_prompt":0,"n_gen":128,"n_depth":1024,"n_batch":4,
                "kv_type":"q8_0,f16","median_ts":11.25,"samples_ts":[10,12.5]}]
                """.ReplaceLineEndings(""),
            Encoding.UTF8.GetString(stream.ToArray()));
    }

    [Fact]
    public void Csv_quotes_what_needs_it()
    {
        string[] lines = BenchOutput.Csv(Rows).Split('\n');
        Assert.Equal("model,kernels,threads,n_prompt,n_gen,n_depth,n_batch,kv_type,median_ts,samples_ts", lines[0]);
        Assert.Equal("\"m,1\",portable,2,512,0,0,1,f16,200.00,100.00 300.00 200.00", lines[1]);
        Assert.Equal("\"m,1\",avx2,2,0,128,1024,4,\"q8_0,f16\",11.25,10.00 12.50", lines[2]);
    }

    [Fact]
    public void Markdown_is_an_aligned_table()
    {
        string[] lines = BenchOutput.Markdown(Rows).TrimEnd('\n').Split('\n');
        Assert.Equal(4, lines.Length);
        Assert.All(lines, line => Assert.Equal(lines[0].Length, line.Length));
        Assert.Contains("| pp512 ", lines[2], StringComparison.Ordinal);
        Assert.Contains("| tg128 x4 @ d1024 |", lines[3], StringComparison.Ordinal);
    }
}
